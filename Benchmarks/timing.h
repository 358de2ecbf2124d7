/* What the benchmarks in C and C++ share: CPU time of this thread, medians and least values, and a result that the compiler must compute. */
#ifndef TIDEMILL_BENCHMARKS_TIMING_H
#define TIDEMILL_BENCHMARKS_TIMING_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline double seconds_of_(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* CPU seconds that the calling thread has used: what others do on the machine does not count. */
static inline double thread_seconds(void) { return seconds_of_(CLOCK_THREAD_CPUTIME_ID); }
static inline double wall_seconds(void) { return seconds_of_(CLOCK_MONOTONIC); }

static int compare_doubles_(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts `values`. */
static inline double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, compare_doubles_);
  return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* The least of them: what the machine takes when nobody disturbs it, for figures that are held against another run's. */
static inline double least(const double *values, size_t count) {
  double found = values[0];
  size_t i;
  for (i = 1; i < count; i++) found = values[i] < found ? values[i] : found;
  return found;
}

/* Keeps a result alive. */
static inline void keep(uint64_t value) { __asm__ volatile("" : : "r"(value) : "memory"); }

#endif
