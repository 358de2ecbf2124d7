/* What handing something to another thread costs, through the ring and the parker of an edge:
 *   throughput: descriptors a second from one thread to another, both busy
 *   spinning:   there and back, both busy
 *   sleeping:   there and back, each side asleep until the other wakes it
 *
 *   cc -O2 -Iinclude -ISources/CHost/include Benchmarks/rings/ring.c Sources/CHost/ring.c Sources/CHost/parker.c -lpthread -o ring
 *   ring [DESCRIPTORS] [ROUND_TRIPS]
 * The threads are pinned to the first and the last CPU that the process may use.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tide_parker.h"
#include "tide_ring.h"

typedef struct side {
  tide_ring *in, *out;
  tide_parker *own, *other; /* NULL: never sleeps */
  uint64_t count;
  int64_t *nanoseconds; /* of each round trip; NULL on the side that echoes */
  int cpu;
} side;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static void *push_all(void *argument) {
  side *me = argument;
  tide_entry entry = {0, 1, TIDE_ENTRY_WATERMARK, 0};
  pin(me->cpu);
  for (entry.ref = 0; entry.ref < me->count; entry.ref++)
    while (!tide_ring_push(me->out, entry)) {}
  return NULL;
}

static tide_entry take(side *me) {
  tide_entry entry;
  while (!tide_ring_pop(me->in, &entry)) {
    if (me->own == NULL) continue;
    tide_parker_prepare(me->own);
    if (tide_ring_empty(me->in))
      tide_parker_sleep(me->own, -1);
    else
      tide_parker_stay(me->own);
  }
  return entry;
}

static void put(side *me, tide_entry entry) {
  while (!tide_ring_push(me->out, entry)) {}
  if (me->other != NULL) tide_parker_signal(me->other);
}

static void *ping_pong(void *argument) {
  side *me = argument;
  uint64_t i;
  pin(me->cpu);
  for (i = 0; i < me->count; i++) {
    if (me->nanoseconds != NULL) {
      tide_entry entry = {i, 1, TIDE_ENTRY_WATERMARK, 0};
      int64_t start = now();
      put(me, entry);
      if (take(me).ref != i) abort();
      me->nanoseconds[i] = now() - start;
    } else {
      put(me, take(me));
    }
  }
  return NULL;
}

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void round_trips(const char *name, tide_ring *there, tide_ring *back, int sleeping, uint64_t count, const int cpus[2]) {
  static tide_parker parkers[2];
  int64_t *times = malloc(count * sizeof *times);
  side caller = {back, there, sleeping ? &parkers[0] : NULL, sleeping ? &parkers[1] : NULL, count, times, cpus[0]};
  side echo = {there, back, sleeping ? &parkers[1] : NULL, sleeping ? &parkers[0] : NULL, count, NULL, cpus[1]};
  pthread_t thread;
  if (times == NULL || pthread_create(&thread, NULL, ping_pong, &echo) != 0) exit(1);
  ping_pong(&caller);
  pthread_join(thread, NULL);
  qsort(times, count, sizeof *times, by_value);
  printf("%-11s %10.2f us there and back, half of them; %.2f us at most in 99 %%\n", name, (double)times[count / 2] * 1e-3,
         (double)times[count * 99 / 100] * 1e-3);
  free(times);
}

int main(int argc, char **argv) {
  uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000000, trips = argc > 2 ? strtoull(argv[2], NULL, 10) : 200000;
  tide_ring *there = tide_ring_create(1024, 512, 1 << 20, 0), *back = tide_ring_create(1024, 512, 1 << 20, 0);
  int cpus[2] = {-1, -1}, cpu;
  cpu_set_t allowed;
  pthread_t thread;
  uint64_t next;
  int64_t start;
  if (there == NULL || back == NULL || count == 0 || trips == 0) return 1;
  sched_getaffinity(0, sizeof allowed, &allowed);
  for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET(cpu, &allowed)) cpus[cpus[0] < 0 ? 0 : 1] = cpu;
  if (cpus[1] < 0) {
    printf("rings need two CPUs\n");
    return 0;
  }

  {
    side producer = {NULL, there, NULL, NULL, count, NULL, cpus[1]}, consumer = {there, NULL, NULL, NULL, count, NULL, cpus[0]};
    pin(cpus[0]);
    start = now();
    if (pthread_create(&thread, NULL, push_all, &producer) != 0) return 1;
    for (next = 0; next < count; next++)
      if (take(&consumer).ref != next) abort();
    pthread_join(thread, NULL);
    printf("%-11s %10.1f M descriptors/s\n", "throughput", (double)count / (double)(now() - start) * 1e3);
  }
  round_trips("spinning", there, back, 0, trips, cpus);
  round_trips("sleeping", there, back, 1, trips / 10 + 1, cpus);
  tide_ring_destroy(there);
  tide_ring_destroy(back);
  return 0;
}
