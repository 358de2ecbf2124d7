/* The allocator's functions: counted, then the C library's own. Called by their second names, they need no search, so nothing
 * here can recurse and memory that a program takes before any constructor has run is the same as later. */
#include "audit.h"

#include <errno.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void *__libc_valloc(size_t);
void *__libc_pvalloc(size_t);
void __libc_free(void *);

static inline void taken(const char *name, size_t bytes, const void *caller) {
  audit_note(TIDEMILL_AUDIT_ALLOCATION, name, caller);
  if (audit_window.is_open) audit_window.bytes += bytes;
}

static inline void given_back(const void *memory) {
  if (audit_window.is_open && memory != NULL) audit_window.frees++;
}

AUDIT_EXPORT void *malloc(size_t bytes) {
  taken("malloc", bytes, AUDIT_CALLER);
  return __libc_malloc(bytes);
}

AUDIT_EXPORT void *calloc(size_t count, size_t bytes) {
  taken("calloc", count * bytes, AUDIT_CALLER);
  return __libc_calloc(count, bytes);
}

static inline void resized(const char *name, void *memory, size_t bytes, const void *caller) {
  if (memory != NULL && bytes == 0)
    given_back(memory);
  else
    taken(name, bytes, caller);
}

AUDIT_EXPORT void *realloc(void *memory, size_t bytes) {
  resized("realloc", memory, bytes, AUDIT_CALLER);
  return __libc_realloc(memory, bytes);
}

AUDIT_EXPORT void *reallocarray(void *memory, size_t count, size_t bytes) {
  size_t all;
  if (__builtin_mul_overflow(count, bytes, &all)) {
    errno = ENOMEM;
    return NULL;
  }
  resized("reallocarray", memory, all, AUDIT_CALLER);
  return __libc_realloc(memory, all);
}

AUDIT_EXPORT void free(void *memory) {
  given_back(memory);
  __libc_free(memory);
}

AUDIT_EXPORT int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  void *found;
  int before = errno;
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  taken("posix_memalign", bytes, AUDIT_CALLER);
  found = __libc_memalign(alignment, bytes);
  errno = before;
  if (found == NULL) return ENOMEM;
  *memory = found;
  return 0;
}

AUDIT_EXPORT void *aligned_alloc(size_t alignment, size_t bytes) {
  taken("aligned_alloc", bytes, AUDIT_CALLER);
  return __libc_memalign(alignment, bytes);
}

AUDIT_EXPORT void *memalign(size_t alignment, size_t bytes) {
  taken("memalign", bytes, AUDIT_CALLER);
  return __libc_memalign(alignment, bytes);
}

AUDIT_EXPORT void *valloc(size_t bytes) {
  taken("valloc", bytes, AUDIT_CALLER);
  return __libc_valloc(bytes);
}

AUDIT_EXPORT void *pvalloc(size_t bytes) {
  taken("pvalloc", bytes, AUDIT_CALLER);
  return __libc_pvalloc(bytes);
}
