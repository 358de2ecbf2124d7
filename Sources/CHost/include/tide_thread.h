/* Threads and the clock, where Swift's Glibc overlay has no face for them. */
#ifndef TIDE_THREAD_H
#define TIDE_THREAD_H

#include <stdint.h>

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

/* Starts a thread that runs body(context), with a stack of `stack_bytes` and a name of at most 15 bytes. 0 or an errno. */
int tide_thread_start(void (*body)(void *), void *context, uint64_t stack_bytes, const char *name, uint64_t *thread);
void tide_thread_join(uint64_t thread);
/* CPU time that the calling thread has used, ns. */
int64_t tide_thread_cpu_ns(void);
/* Nanoseconds since the epoch, UTC. */
int64_t tide_clock_ns(void);
/* Nanoseconds of a clock that never jumps. */
int64_t tide_steady_ns(void);

#pragma GCC visibility pop

#endif
