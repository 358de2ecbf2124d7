/* Does what its argument names between begin and end of an audit, and prints the counts:
 *   seen-all allocations frees bytes locks syscalls
 *   first allocation, lock, system call: a line each */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tide_audit.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t signals;
static void *volatile kept;

static void on_signal(int signal) {
  (void)signal;
  signals++;
  getppid();
}

static void *elsewhere(void *argument) {
  (void)argument;
  for (int i = 0; i < 100; i++) {
    free(kept = malloc(100));
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    getppid();
  }
  return NULL;
}

static void check(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static pthread_t started;

static void nothing(void) {}

static void memory(void) {
  void *aligned = NULL;
  free(malloc(100));
  free(calloc(4, 25));
  kept = realloc(NULL, 10);
  kept = realloc(kept, 20);
  kept = reallocarray(kept, 3, 10);
  free(kept);
  free(NULL);
  free(aligned_alloc(64, 128));
  check(posix_memalign(&aligned, 64, 64) == 0, "posix_memalign");
  check(posix_memalign(&aligned, 3, 64) == EINVAL, "posix_memalign with an alignment of 3");
  free(aligned);
  free(strdup("seven b"));
}

static void locks(void) {
  sem_t semaphore;
  pthread_spinlock_t spin;
  pthread_rwlock_t readers = PTHREAD_RWLOCK_INITIALIZER;
  pthread_mutex_lock(&mutex);
  check(pthread_mutex_trylock(&mutex) == EBUSY, "trylock of a taken mutex");
  pthread_mutex_unlock(&mutex);
  pthread_rwlock_rdlock(&readers);
  pthread_rwlock_unlock(&readers);
  pthread_spin_init(&spin, 0);
  pthread_spin_lock(&spin);
  sem_init(&semaphore, 0, 1);
  check(sem_wait(&semaphore) == 0, "sem_wait");
}

static void waiting(void) {
  pthread_cond_t never = PTHREAD_COND_INITIALIZER;
  struct timespec past = {0, 0};
  pthread_mutex_lock(&mutex);
  check(pthread_cond_timedwait(&never, &mutex, &past) == ETIMEDOUT, "a wait until 1970");
  pthread_mutex_unlock(&mutex);
}

static void calls(void) {
  char byte = 0;
  int ends[2], file;
  errno = 0;
  check(pipe(ends) == 0, "pipe");
  check(write(ends[1], "x", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'x', "a byte through a pipe");
  check(close(ends[0]) == 0 && close(ends[1]) == 0, "close");
  file = open("/nowhere/at/all", O_RDONLY);
  check(file == -1 && errno == ENOENT, "open of what is not there");
}

static void six_arguments(void) {
  char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(page != MAP_FAILED, "mmap");
  page[4095] = 1;
  check(munmap(page, 4096) == 0, "munmap");
}

static void raw(void) { check(syscall(SYS_getppid) == getppid(), "syscall"); }

static void clocks(void) {
  struct timespec now;
  for (int i = 0; i < 1000; i++) clock_gettime(CLOCK_REALTIME, &now);
  check(now.tv_sec > 0 && time(NULL) > 0, "clock_gettime");
}

static void handlers(void) {
  struct sigaction action;
  sigset_t all, before;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  check(signals == 1, "a signal while audited");
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  raise(SIGUSR1);
  check(signals == 1, "a blocked signal stays away");
  sigprocmask(SIG_SETMASK, &before, NULL);
  check(signals == 2, "a signal arrives once it is let through");
  action.sa_handler = SIG_DFL;
  check(sigaction(SIGSYS, &action, NULL) == 0, "sigaction of SIGSYS");
  getppid();
}

static void thread(void) {
  check(pthread_create(&started, NULL, elsewhere, NULL) == 0, "pthread_create");
}

static void process(void) {
  char *arguments[] = {"true", NULL};
  pid_t child = fork();
  int status;
  if (child == 0) {
    free(kept = malloc(10));
    _exit(getppid() > 0 ? 7 : 8);
  }
  check(child > 0 && waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7, "fork");
  check(posix_spawnp(&child, "true", NULL, NULL, arguments, NULL) == 0, "posix_spawn");
  check(waitpid(child, &status, 0) == child && status == 0, "true");
}

static const struct {
  const char *name;
  void (*body)(void);
} bodies[] = {{"nothing", nothing},   {"memory", memory},   {"locks", locks},   {"waiting", waiting},
              {"calls", calls},       {"raw", raw},         {"clocks", clocks}, {"six_arguments", six_arguments},
              {"handlers", handlers}, {"thread", thread},   {"process", process}};

static void (*begin)(void);
static void (*end)(struct tidemill_audit *);

static void look_up(const char *name, void *into) {
  void *found = dlsym(RTLD_DEFAULT, name);
  check(found != NULL, "the audit library is not in front");
  memcpy(into, &found, sizeof found);
}

int main(int count, char **arguments) {
  struct tidemill_audit audit;
  void (*body)(void) = NULL;
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
    if (count == 2 && strcmp(arguments[1], bodies[i].name) == 0) body = bodies[i].body;
  check(body != NULL, "there is no such body");
  look_up("tidemill_audit_begin", &begin);
  look_up("tidemill_audit_end", &end);
  memset(&audit, 0, sizeof audit);
  audit.size = (uint32_t)sizeof audit;
  begin();
  body();
  end(&audit);
  elsewhere(NULL); /* after the window nothing counts */
  if (started) pthread_join(started, NULL);
  printf("%u %llu %llu %llu %llu %llu\n", audit.reserved, (unsigned long long)audit.allocations,
         (unsigned long long)audit.frees, (unsigned long long)audit.bytes, (unsigned long long)audit.locks,
         (unsigned long long)audit.syscalls);
  for (int kind = 0; kind < 3; kind++) printf("%s\n", audit.first[kind]);
  return 0;
}
