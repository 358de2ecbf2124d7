/* Shared by the parts of the audit library. */
#ifndef TIDEMILL_AUDIT_INTERNAL_H
#define TIDEMILL_AUDIT_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT, dladdr */
#endif

#include <stddef.h>
#include <stdint.h>

#include "tide_audit.h"

/* For what replaces a function of the C library. */
#define AUDIT_EXPORT __attribute__((visibility("default")))
/* For a thread's data: in the block that every thread has from its start, so that reaching it allocates nothing. */
#define AUDIT_OWN __attribute__((tls_model("initial-exec"), visibility("hidden")))
#define AUDIT_CALLER __builtin_extract_return_addr(__builtin_return_address(0))

#pragma GCC visibility push(hidden)

/* A thread's window. */
struct audit_window {
  uint64_t counts[3]; /* by TIDEMILL_AUDIT_* */
  uint64_t frees, bytes;
  const char *name[3]; /* of the first of each kind; NULL for a system call that has only a number */
  const void *caller[3];
  long number; /* of the first system call */
  int is_open;
};

extern _Thread_local struct audit_window audit_window AUDIT_OWN;

/* Counts one call when the thread's window is open. `name` is static. */
static inline void audit_note(int kind, const char *name, const void *caller) {
  struct audit_window *window = &audit_window;
  if (!window->is_open) return;
  if (window->counts[kind]++ == 0) {
    window->name[kind] = name;
    window->caller[kind] = caller;
  }
}

/* The next definition of a function that this library replaces. */
void *audit_next(const char *name);

/* Looks up all that the library replaces, so that no window has to. Repeatable. */
void audit_find_locks(void);
void audit_find_wrapped(void);

/* Sends the calling thread's system calls to a handler that counts them. Gives 1, or 0 where the kernel cannot. */
int audit_dispatch_begin(void);
void audit_dispatch_end(void);

/* Whether the calling thread's system calls are counted as they reach the kernel, and the wrappers need not. */
extern _Thread_local int audit_is_dispatched AUDIT_OWN;

/* Name of a system call of this machine, NULL for one that is newer than this library. */
const char *audit_call_name(long number);

#pragma GCC visibility pop

#endif
