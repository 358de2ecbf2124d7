/* Windows: opening, closing, and telling what was first. */
#include "audit.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

_Thread_local struct audit_window audit_window AUDIT_OWN;
_Thread_local int audit_is_dispatched AUDIT_OWN;

void *audit_next(const char *name) {
  /* The condition variables have two versions in old C libraries, and an unversioned search may give the older one. */
  void *found = strncmp(name, "pthread_cond_", 13) == 0 ? dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2") : NULL;
  return found != NULL ? found : dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void find_all(void) {
  audit_find_locks();
  audit_find_wrapped();
}

AUDIT_EXPORT void tidemill_audit_begin(void) {
  struct audit_window *window = &audit_window;
  find_all();
  memset(window, 0, sizeof *window);
  window->is_open = 1;
  audit_is_dispatched = getenv("TIDEMILL_AUDIT_WRAPPERS") == NULL && audit_dispatch_begin();
}

/* ---- what was first ---------------------------------------------------------------------------------------------------- */

struct text {
  char *bytes; /* 64 of them, terminated */
  size_t length;
};

static void add(struct text *text, const char *part) {
  for (; *part != 0 && text->length < 63; part++) text->bytes[text->length++] = *part;
  text->bytes[text->length] = 0;
}

static void add_number(struct text *text, uintptr_t number, unsigned base) {
  char digits[24], *first = digits + sizeof digits - 1;
  *first = 0;
  do *--first = "0123456789abcdef"[number % base];
  while ((number /= base) != 0);
  add(text, first);
}

/* "malloc at libx.so+0x1139" */
static void describe(const struct audit_window *window, int kind, char *into) {
  struct text text = {into, 0};
  const char *slash;
  Dl_info place;
  into[0] = 0;
  if (window->counts[kind] == 0) return;
  if (window->name[kind] != NULL) {
    add(&text, window->name[kind]);
  } else {
    add(&text, "system call ");
    add_number(&text, (uintptr_t)window->number, 10);
  }
  if (window->caller[kind] == NULL || dladdr(window->caller[kind], &place) == 0 || place.dli_fname == NULL) return;
  slash = strrchr(place.dli_fname, '/');
  add(&text, " at ");
  add(&text, slash == NULL ? place.dli_fname : slash + 1);
  add(&text, "+0x");
  add_number(&text, (uintptr_t)window->caller[kind] - (uintptr_t)place.dli_fbase, 16);
}

AUDIT_EXPORT void tidemill_audit_end(struct tidemill_audit *out) {
  struct audit_window *window = &audit_window;
  struct tidemill_audit found;
  int is_dispatched = audit_is_dispatched;
  if (is_dispatched) audit_dispatch_end();
  audit_is_dispatched = 0;
  window->is_open = 0;
  if (out == NULL || out->size < offsetof(struct tidemill_audit, allocations)) return;
  memset(&found, 0, sizeof found);
  found.size = out->size;
  found.reserved = (uint32_t)is_dispatched;
  found.allocations = window->counts[TIDEMILL_AUDIT_ALLOCATION];
  found.frees = window->frees;
  found.bytes = window->bytes;
  found.locks = window->counts[TIDEMILL_AUDIT_LOCK];
  found.syscalls = window->counts[TIDEMILL_AUDIT_SYSCALL];
  for (int kind = 0; kind < 3; kind++) describe(window, kind, found.first[kind]);
  memcpy(out, &found, out->size < sizeof found ? out->size : sizeof found);
}
