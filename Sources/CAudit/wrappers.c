/* Functions of the C library that are system calls, for machines where audit_dispatch_begin cannot see the calls themselves:
 * counted, then the C library's. What calls the kernel by another way is not seen there. */
#include "audit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Result, name, parameters, arguments. */
#define CALLS(CALL)                                                                                                        \
  CALL(ssize_t, read, (int a, void *b, size_t c), (a, b, c))                                                               \
  CALL(ssize_t, write, (int a, const void *b, size_t c), (a, b, c))                                                        \
  CALL(ssize_t, pread, (int a, void *b, size_t c, off_t d), (a, b, c, d))                                                  \
  CALL(ssize_t, pwrite, (int a, const void *b, size_t c, off_t d), (a, b, c, d))                                           \
  CALL(ssize_t, readv, (int a, const struct iovec *b, int c), (a, b, c))                                                   \
  CALL(ssize_t, writev, (int a, const struct iovec *b, int c), (a, b, c))                                                  \
  CALL(int, close, (int a), (a))                                                                                           \
  CALL(int, fsync, (int a), (a))                                                                                           \
  CALL(int, fdatasync, (int a), (a))                                                                                       \
  CALL(int, ftruncate, (int a, off_t b), (a, b))                                                                           \
  CALL(off_t, lseek, (int a, off_t b, int c), (a, b, c))                                                                   \
  CALL(int, fstat, (int a, struct stat *b), (a, b))                                                                        \
  CALL(int, stat, (const char *a, struct stat *b), (a, b))                                                                 \
  CALL(int, access, (const char *a, int b), (a, b))                                                                        \
  CALL(int, unlink, (const char *a), (a))                                                                                  \
  CALL(int, rename, (const char *a, const char *b), (a, b))                                                                \
  CALL(int, poll, (struct pollfd * a, nfds_t b, int c), (a, b, c))                                                         \
  CALL(int, nanosleep, (const struct timespec *a, struct timespec *b), (a, b))                                             \
  CALL(int, clock_nanosleep, (clockid_t a, int b, const struct timespec *c, struct timespec *d), (a, b, c, d))             \
  CALL(unsigned, sleep, (unsigned a), (a))                                                                                 \
  CALL(int, usleep, (useconds_t a), (a))                                                                                   \
  CALL(int, sched_yield, (void), ())                                                                                       \
  CALL(int, socket, (int a, int b, int c), (a, b, c))                                                                      \
  CALL(ssize_t, send, (int a, const void *b, size_t c, int d), (a, b, c, d))                                               \
  CALL(ssize_t, recv, (int a, void *b, size_t c, int d), (a, b, c, d))                                                     \
  CALL(ssize_t, sendmsg, (int a, const struct msghdr *b, int c), (a, b, c))                                                \
  CALL(ssize_t, recvmsg, (int a, struct msghdr * b, int c), (a, b, c))                                                     \
  CALL(void *, mmap, (void *a, size_t b, int c, int d, int e, off_t f), (a, b, c, d, e, f))                                \
  CALL(int, munmap, (void *a, size_t b), (a, b))                                                                           \
  CALL(int, madvise, (void *a, size_t b, int c), (a, b, c))                                                                \
  CALL(void *, sbrk, (intptr_t a), (a))                                                                                    \
  CALL(ssize_t, getrandom, (void *a, size_t b, unsigned c), (a, b, c))                                                     \
  CALL(pid_t, getpid, (void), ())                                                                                          \
  CALL(pid_t, getppid, (void), ())                                                                                         \
  CALL(pid_t, fork, (void), ())                                                                                            \
  CALL(pid_t, waitpid, (pid_t a, int *b, int c), (a, b, c))

#define FINDER(result, name, parameters)                                                                                   \
  static result(*next_##name) parameters;                                                                                  \
  static void find_##name(void) {                                                                                          \
    void *found = audit_next(#name);                                                                                       \
    memcpy(&next_##name, &found, sizeof found);                                                                            \
  }
#define NOTE(name)                                                                                                         \
  if (!audit_is_dispatched) audit_note(TIDEMILL_AUDIT_SYSCALL, #name, AUDIT_CALLER);                                       \
  if (next_##name == NULL) find_##name();
#define REPLACE(result, name, parameters, arguments)                                                                       \
  FINDER(result, name, parameters)                                                                                         \
  AUDIT_EXPORT result name parameters {                                                                                    \
    NOTE(name)                                                                                                             \
    return next_##name arguments;                                                                                          \
  }

CALLS(REPLACE)

/* ---- those with a varying number of arguments --------------------------------------------------------------------------- */

FINDER(int, open, (const char *, int, ...))
FINDER(int, openat, (int, const char *, int, ...))
FINDER(int, ioctl, (int, unsigned long, ...))
FINDER(int, fcntl, (int, int, ...))
FINDER(long, syscall, (long, ...))

/* The argument that follows `last`; what a caller left out is taken from the register that it would have been in. */
#define NEXT_WORD(into, last)                                                                                              \
  do {                                                                                                                     \
    va_list rest;                                                                                                          \
    va_start(rest, last);                                                                                                  \
    into = va_arg(rest, long);                                                                                             \
    va_end(rest);                                                                                                          \
  } while (0)

AUDIT_EXPORT int open(const char *path, int flags, ...) {
  long mode;
  NEXT_WORD(mode, flags);
  NOTE(open)
  return next_open(path, flags, (mode_t)mode);
}

AUDIT_EXPORT int openat(int directory, const char *path, int flags, ...) {
  long mode;
  NEXT_WORD(mode, flags);
  NOTE(openat)
  return next_openat(directory, path, flags, (mode_t)mode);
}

AUDIT_EXPORT int ioctl(int file, unsigned long request, ...) {
  long argument;
  NEXT_WORD(argument, request);
  NOTE(ioctl)
  return next_ioctl(file, request, argument);
}

AUDIT_EXPORT int fcntl(int file, int command, ...) {
  long argument;
  NEXT_WORD(argument, command);
  NOTE(fcntl)
  return next_fcntl(file, command, argument);
}

AUDIT_EXPORT long syscall(long number, ...) {
  long words[6];
  va_list rest;
  va_start(rest, number);
  for (int i = 0; i < 6; i++) words[i] = va_arg(rest, long);
  va_end(rest);
  NOTE(syscall)
  return next_syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

#define FIND(result, name, parameters, arguments)                                                                          \
  if (next_##name == NULL) find_##name();

void audit_find_wrapped(void) {
  CALLS(FIND)
  FIND(int, open, , )
  FIND(int, openat, , )
  FIND(int, ioctl, , )
  FIND(int, fcntl, , )
  FIND(long, syscall, , )
}
