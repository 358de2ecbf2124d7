/* What a piece of code does that a hot path must not: memory from the allocator, locks, system calls. Counted, not hindered.
 *
 * The library is put in front of a program (LD_PRELOAD=libtidemill-audit.so) and counts what the calling thread does between
 * tidemill_audit_begin and tidemill_audit_end. A program that may also run without it looks both functions up by dlsym.
 *
 * Allocations: malloc, calloc, realloc, reallocarray, posix_memalign, aligned_alloc, memalign, valloc, pvalloc; C++'s new and
 * Swift's objects come from malloc. All memory is the C library's: another allocator cannot be in front of this one, which also
 * means that programs with AddressSanitizer cannot be audited.
 * Locks: the calls of <pthread.h>, <semaphore.h> and <threads.h> that take a lock or wait. Locks that are futexes of their own,
 * such as Swift's Mutex, show only when they have to wait, as the system call futex.
 * System calls: with Syscall User Dispatch (Linux 5.11 on x86-64) every one, whoever makes it. Elsewhere, and with
 * TIDEMILL_AUDIT_WRAPPERS in the environment, those that go through a function of the C library which is wrapped here
 * (wrappers.c), and no others. What the vDSO answers without entering the
 * kernel, clock_gettime above all, is none. Once the thread has started a thread or a process that shares its memory, later
 * system calls of the same window go uncounted.
 *
 * Both functions are free of allocations and locks, may be called at any time, also before main, and do not nest.
 */
#ifndef TIDEMILL_AUDIT_H
#define TIDEMILL_AUDIT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Indices into `first`. */
#define TIDEMILL_AUDIT_ALLOCATION 0
#define TIDEMILL_AUDIT_LOCK 1
#define TIDEMILL_AUDIT_SYSCALL 2

/* What a thread did. */
struct tidemill_audit {
  uint32_t size;        /* set by the caller of end; less than that is filled in */
  uint32_t reserved;    /* receives 1 when every system call was seen, 0 when only those through wrapped functions */
  uint64_t allocations; /* calls that gave memory, a realloc of more than 0 bytes among them */
  uint64_t frees;       /* of anything but NULL */
  uint64_t bytes;       /* asked for by the allocations */
  uint64_t locks;
  uint64_t syscalls;
  /* The first of each kind with the place that it was called from, for addr2line: "malloc at libx.so+0x1139"; "" when there
   * was none. Terminated, cut off where it does not fit. */
  char first[3][64];
};

/* Sets the counts of the calling thread to zero and begins to count. */
void tidemill_audit_begin(void);

/* Ends counting and, unless `out` is NULL, gives the counts since begin. */
void tidemill_audit_end(struct tidemill_audit *out);

#ifdef __cplusplus
}
#endif
#endif
