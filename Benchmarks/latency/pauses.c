/* What the machine alone does to latency: two threads, one for each end of a hop, that do nothing but read the clock, as long as a
 * latency trial takes. An event is due every microsecond, and there as soon as its thread sees that; so what is late is so because
 * the system had the thread wait. Prints the line that the sink of latency.c writes, for the thread that waited longer.
 *   cc -O2 -pthread -o pauses Benchmarks/latency/pauses.c
 *   pauses SECONDS
 */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "histogram.h"

static int64_t duration;
static histogram latencies[2];

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *watch(void *into) {
  int64_t now = now_ns(), due = now, end = now + duration;
  for (; now < end; now = now_ns())
    for (; due <= now; due += 1000) histogram_record(into, now - due);
  return NULL;
}

int main(int argc, char **argv) {
  double seconds = argc == 2 ? atof(argv[1]) : 0;
  pthread_t other;
  if (!(seconds > 0 && seconds <= 60)) {
    fprintf(stderr, "usage: pauses SECONDS, 60 at most\n");
    return 2;
  }
  duration = (int64_t)(seconds * 1e9);
  if (pthread_create(&other, NULL, watch, &latencies[1]) != 0) return 1;
  watch(&latencies[0]);
  if (pthread_join(other, NULL) != 0) return 1;
  return histogram_report(&latencies[histogram_at(&latencies[1], 99.9) > histogram_at(&latencies[0], 99.9)], seconds, stdout);
}
