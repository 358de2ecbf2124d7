#define _GNU_SOURCE 1
#include "tide_worker.h"

#include "strays.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS};
static tide_worker_page *own_page;

tide_worker_page *tide_worker_page_make(void) {
  void *page = mmap(NULL, sizeof(tide_worker_page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? NULL : page;
}

int tide_worker_nothing(void) {
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return nothing >= 0 ? nothing : (int)syscall(SYS_memfd_create, "nothing", MFD_CLOEXEC);
}

_Noreturn void tide_worker_leave(int code) { _exit(code); }

int32_t tide_worker_thread(void) { return (int32_t)syscall(SYS_gettid); }

uint64_t tide_worker_handled_signals(void) {
  uint64_t handled = 0;
  for (int number = 1; number < 64; number++) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0) continue;
    if (action.sa_handler != SIG_DFL) handled |= 1ull << number;
  }
  return handled;
}

/* ---- in the child ---- */

/* Notes what happened and lets the signal do its work. */
static void note_fault(int number, siginfo_t *info, void *context) {
  if (own_page->signal == 0) {
    own_page->signal = number;
    own_page->address = (uint64_t)(uintptr_t)info->si_addr;
    own_page->is_write = -1;
#if defined(__x86_64__)
    if (number == SIGSEGV) own_page->is_write = (((ucontext_t *)context)->uc_mcontext.gregs[REG_ERR] & 2) != 0;
#endif
  }
  (void)context;
  signal(number, SIG_DFL);
  raise(number);
}

static void limit(int what, rlim_t value) {
  struct rlimit now;
  if (getrlimit(what, &now) != 0) return;
  if (now.rlim_max != RLIM_INFINITY && value > now.rlim_max) value = now.rlim_max;
  now.rlim_cur = value;
  now.rlim_max = value;
  setrlimit(what, &now);
}

static void become_child(tide_worker_page *page, int control, int output, int limit_milliseconds) {
  static char stack[64 << 10];
  stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action;
  int nothing = tide_worker_nothing();
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (nothing > 2) close(nothing);
  if (output > 2) close(output);
  close(control);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 256u << 20);
  limit(RLIMIT_NOFILE, 1024);
  limit(RLIMIT_DATA, (rlim_t)2 << 30);
  limit(RLIMIT_CPU, (rlim_t)limit_milliseconds / 1000 * 2 + 10);
  own_page = page;
  sigaltstack(&other, NULL);
  memset(&action, 0, sizeof action);
  action.sa_sigaction = note_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) sigaction(fatal_signals[i], &action, NULL);
}

/* ---- in the parent ---- */

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* True when the other end of the control socket is closed. */
static int is_abandoned(int control, int wait_milliseconds, int child) {
  struct pollfd watched[2] = {{.fd = control, .events = POLLRDHUP}, {.fd = child, .events = POLLIN}};
  if (poll(watched, 2, wait_milliseconds) <= 0) return 0;
  return (watched[0].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

uint32_t tide_worker_kill_strays_(void) {
  uint32_t killed = 0;
  for (int round = 0; round < 200; round++) {
    char path[64], text[4096];
    size_t length = 0;
    FILE *list;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    list = fopen(path, "re");
    if (list != NULL) {
      length = fread(text, 1, sizeof text - 1, list);
      fclose(list);
    }
    text[length] = 0;
    if (length == 0) break;
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
      if (kill((pid_t)atoi(word), SIGKILL) == 0) killed += waitpid((pid_t)atoi(word), NULL, WNOHANG) == 0;
    }
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
    if (round > 0) usleep(1000);
  }
  return killed;
}

static void keep_output(int output, tide_worker_end *end) {
  off_t length = lseek(output, 0, SEEK_END);
  off_t from = length > TIDE_WORKER_OUTPUT_BYTES - 1 ? length - (TIDE_WORKER_OUTPUT_BYTES - 1) : 0;
  ssize_t got = length > 0 ? pread(output, end->output, TIDE_WORKER_OUTPUT_BYTES - 1, from) : 0;
  end->output[got > 0 ? got : 0] = 0;
}

int tide_worker_fork(tide_worker_page *page, int control, int limit_milliseconds, tide_worker_end *end) {
  int64_t until = milliseconds() + limit_milliseconds;
  int status = 0;
  memset(page, 0, sizeof *page);
  memset(end, 0, sizeof *end);
  int output = (int)syscall(SYS_memfd_create, "output", MFD_CLOEXEC);
  pid_t child = output < 0 ? -1 : fork();
  if (child == 0) {
    become_child(page, control, output, limit_milliseconds);
    return 0;
  }
  if (child < 0) {
    end->how = TIDE_WORKER_FAILED;
    end->code = errno;
    if (output >= 0) close(output);
    return 1;
  }
  int handle = (int)syscall(SYS_pidfd_open, child, 0);
  for (;;) {
    int64_t left = until - milliseconds();
    if (waitpid(child, &status, WNOHANG) == child) {
      end->how = WIFSIGNALED(status) ? TIDE_WORKER_SIGNALLED : TIDE_WORKER_EXITED;
      end->code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
      break;
    }
    if (left > 0 && !is_abandoned(control, handle >= 0 ? (int)left : 1, handle)) continue;
    end->how = left > 0 ? TIDE_WORKER_ABANDONED : TIDE_WORKER_LATE;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    break;
  }
  kill(-child, SIGKILL);
  end->strays = tide_worker_kill_strays_();
  keep_output(output, end);
  if (handle >= 0) close(handle);
  close(output);
  return 1;
}
