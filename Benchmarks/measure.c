/* measure PROGRAM ARGUMENTS...: runs a program and prints, in one line,
 *   wall seconds, CPU seconds (user and system), peak resident KiB, seconds until the first byte on standard output
 * The last is 0 when nothing came. What the program writes goes to standard error. Exits with 1 when it fails.
 *   cc -O2 -o measure Benchmarks/measure.c
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timing.h"

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

int main(int argc, char **argv) {
  double start = wall_seconds(), first = 0;
  struct rusage used;
  char bytes[4096];
  int status, output[2];
  ssize_t got;
  pid_t child;
  if (argc < 2) return 2;
  if (pipe(output) != 0 || (child = fork()) < 0) return 1;
  if (child == 0) {
    dup2(output[1], STDOUT_FILENO);
    close(output[0]);
    close(output[1]);
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  close(output[1]);
  while ((got = read(output[0], bytes, sizeof bytes)) > 0) {
    if (first == 0) first = wall_seconds() - start;
    fwrite(bytes, 1, (size_t)got, stderr);
  }
  if (wait4(child, &status, 0, &used) != child) return 1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return 1;
  printf("%.4f %.4f %ld %.4f\n", wall_seconds() - start, seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss, first);
  return 0;
}
