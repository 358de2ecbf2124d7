/* A piece of a check in a process of its own: forked, watched, limited, and ended together with everything that it started.
 *
 * The program that forks has one thread. Page and end of a run are plain memory; texts are terminated.
 */
#ifndef TIDE_WORKER_H
#define TIDE_WORKER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_WORKER_NAME_BYTES 64
#define TIDE_WORKER_STEP_BYTES 192
#define TIDE_WORKER_TEXT_BYTES 8192
#define TIDE_WORKER_OUTPUT_BYTES 2048

/* Shared by the child and who watches it, so that what the child was at is known after a crash. */
typedef struct tide_worker_page {
  /* Written by the child. */
  char call[TIDE_WORKER_NAME_BYTES]; /* the plugin's function that it is in; "" outside of the plugin */
  char step[TIDE_WORKER_STEP_BYTES]; /* what it does, for people */
  uint64_t arena, arena_end;         /* where memory lies that must not be touched */
  uint32_t is_done;                  /* text holds the result */
  /* Written when a signal ends it. */
  int32_t signal;
  uint64_t address; /* of the access at fault */
  int32_t is_write; /* 1 it was a write, 0 it was none, -1 unknown */
  char text[TIDE_WORKER_TEXT_BYTES];
} tide_worker_page;

#define TIDE_WORKER_EXITED 0
#define TIDE_WORKER_SIGNALLED 1
#define TIDE_WORKER_LATE 2      /* killed, its time was up */
#define TIDE_WORKER_ABANDONED 3 /* killed, nobody waits for the result any more */
#define TIDE_WORKER_FAILED 4    /* it could not be started; code is the errno */

typedef struct tide_worker_end {
  int32_t how;      /* TIDE_WORKER_* */
  int32_t code;     /* exit code or signal */
  uint32_t strays;  /* processes that were left and have been killed */
  char output[TIDE_WORKER_OUTPUT_BYTES]; /* the end of what it wrote to standard output and error */
} tide_worker_end;

/* A page, or NULL when there is no memory. */
tide_worker_page *tide_worker_page_make(void);

/* The page's text, and the end of what a child wrote: Swift sees no arrays of that length. */
static inline char *tide_worker_page_text(tide_worker_page *page) { return page->text; }
static inline const char *tide_worker_end_output(const tide_worker_end *end) { return end->output; }

/* Prepares the program: orphans of its children become its own children, and the network is cut off but for a loopback of its
 * own, where the system allows that. */
void tide_worker_prepare(void);

/* Forks. Gives 0 in the child, whose standard input is empty, whose standard output and error are kept, which leads a session
 * of its own and has limits on memory, files and time. Gives 1 in the parent once the child and all that it started are gone;
 * `control`, a descriptor, is watched meanwhile: when its other end is closed, the child is killed at once. */
int tide_worker_fork(tide_worker_page *page, int control, int limit_milliseconds, tide_worker_end *end);

/* Ends the child without running anything that waits for the end of a program. */
_Noreturn void tide_worker_leave(int code);

/* Starts a program with its descriptor 3 set to a socket; the other end, and the program's process number in *process, are
 * given back. -1 when that fails, with errno set. `environment` replaces the caller's. */
int tide_worker_start(const char *program, char *const arguments[], char *const environment[], const char *directory,
                      int32_t *process);

/* A descriptor that there is nothing to read from, also where there is no /dev/null. */
int tide_worker_nothing(void);

/* The number of the calling thread, as /proc has it. */
int32_t tide_worker_thread(void);

/* The signals that the calling process does not leave to the default, one bit each. */
uint64_t tide_worker_handled_signals(void);

/* Bytes that are in use of what the C library's allocator gives out. */
uint64_t tide_worker_heap_bytes(void);

/* ---- counting what a thread does (libtidemill-audit.so), where that library is in front of the program ---- */

/* Sums over any number of windows; `first` as in tide_audit.h. */
typedef struct tide_worker_counts {
  uint64_t allocations, locks, syscalls;
  char first[3][TIDE_WORKER_NAME_BYTES];
} tide_worker_counts;

/* 1 when counting is possible. */
int tide_worker_can_count(void);
/* The calling thread's window begins, or goes on. */
void tide_worker_count_on(void);
/* It ends, and what happened in it is added. */
void tide_worker_count_off(tide_worker_counts *sum);

#ifdef __cplusplus
}
#endif
#endif
