#define _GNU_SOURCE 1
#include "tide_worker.h"

#include "strays.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's end of the socket is this descriptor. */
#define CONTROL 3

static void write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (write(file, text, strlen(text)) < 0) { /* then names of users are unknown in there, which does no harm */
  }
  close(file);
}

/* A network of its own: as a privileged process, or as a user who may make name spaces. */
static int leave_network(void) {
  char map[64];
  unsigned user = (unsigned)getuid(), group = (unsigned)getgid();
  if (unshare(CLONE_NEWNET) == 0) return 1;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return 0;
  write_file("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "%u %u 1", user, user);
  write_file("/proc/self/uid_map", map);
  snprintf(map, sizeof map, "%u %u 1", group, group);
  write_file("/proc/self/gid_map", map);
  return 1;
}

static void raise_loopback(void) {
  struct ifreq request;
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0) return;
  memset(&request, 0, sizeof request);
  memcpy(request.ifr_name, "lo", 3);
  if (ioctl(any, SIOCGIFFLAGS, &request) == 0) {
    request.ifr_flags |= IFF_UP;
    ioctl(any, SIOCSIFFLAGS, &request);
  }
  close(any);
}

/* Leaves a process behind that does nothing but wait for the worker, so that what a plugin started is found even when it killed
 * the worker itself. */
static void be_guarded(void) {
  pid_t worker;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  worker = fork();
  if (worker <= 0) return;
  close(CONTROL);
  while (waitpid(worker, NULL, 0) < 0 && errno == EINTR) {}
  tide_worker_kill_strays_();
  _exit(0);
}

void tide_worker_prepare(void) {
  be_guarded();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (leave_network()) raise_loopback();
}

int tide_worker_start(const char *program, char *const arguments[], char *const environment[], const char *directory,
                      int32_t *process) {
  int ends[2];
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  pid_t started = 0;
  int nothing = tide_worker_nothing();
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  if (ends[1] == CONTROL) {
    /* dup2 onto itself would keep the mark that closes it. */
    int other = fcntl(ends[1], F_DUPFD_CLOEXEC, CONTROL + 1);
    close(ends[1]);
    ends[1] = other;
  }
  posix_spawn_file_actions_adddup2(&actions, nothing, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], CONTROL);
  posix_spawn_file_actions_addchdir_np(&actions, directory);
  int failure = posix_spawn(&started, program, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  close(nothing);
  if (failure != 0) {
    close(ends[0]);
    errno = failure;
    return -1;
  }
  *process = (int32_t)started;
  return ends[0];
}
