/* The yardstick of functions in a pipeline: the same functions of the same library, called from a loop over columns of 1024 rows.
 *   cc -O2 -D_DEFAULT_SOURCE -o direct Benchmarks/function/direct.c -ldl
 *   direct BATCHES LIBRARY
 * Prints the CPU nanoseconds of a row: by a call for all of them, by a call each.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>

#include "../timing.h"

#define ROWS 1024

static double x[ROWS], y[ROWS], out[ROWS];

int main(int argc, char **argv) {
  void (*all)(const double *, const double *, double *, uint64_t);
  double (*one)(double, double);
  void *library = argc == 3 ? dlopen(argv[2], RTLD_NOW) : NULL;
  unsigned long long batches, k;
  double start, by_batch, by_row;
  if (library == NULL) return 2;
  *(void **)(void *)&all = dlsym(library, "blend_all");
  *(void **)(void *)&one = dlsym(library, "blend");
  if (all == NULL || one == NULL) return 1;
  for (k = 0; k < ROWS; k++) y[k] = (double)(k + 1);
  batches = strtoull(argv[1], NULL, 10);
  start = thread_seconds();
  for (k = 0; k < batches; k++) all(x, y, out, ROWS);
  by_batch = thread_seconds() - start;
  start = thread_seconds();
  for (k = 0; k < batches; k++)
    for (int i = 0; i < ROWS; i++) out[i] = one(x[i], y[i]);
  by_row = thread_seconds() - start;
  printf("%.4f %.4f\n", by_batch * 1e9 / ROWS / (double)batches, by_row * 1e9 / ROWS / (double)batches);
  return out[ROWS - 1] == 0;
}
