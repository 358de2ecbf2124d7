/* The same without an engine: a thread sends events when they are due, another one doubles a number of each and counts how late
 * it has it. Between them is a ring for one producer and one consumer; who finds it empty sleeps on an eventfd, and only a
 * sleeper is woken. Prints the line that the sink of latency.c writes.
 *   cc -O2 -pthread -o wakeups Benchmarks/latency/reference.c
 *   wakeups EVENTS RATE WARM_UP
 */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"
#include "schedule.h"

#define SLOTS 65536u

typedef struct event {
  int64_t due;
  double value;
} event;

static event ring[SLOTS];
static _Alignas(128) atomic_ullong written;
static _Alignas(128) atomic_ullong taken;
static _Alignas(128) atomic_int sleeping;
static int wake_up;

static int64_t count, rate, warm_up;
static histogram latencies;

/* The clock that the host gives plugins. */
static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *produce(void *unused) {
  schedule times = schedule_from(now_ns(), (double)rate);
  uint64_t w = 0, one = 1;
  int64_t i;
  for (i = 0; i < count; i++) {
    event e = {schedule_due(&times, i), (double)(i % 100)};
    while (now_ns() < e.due) {}
    while (w - atomic_load_explicit(&taken, memory_order_acquire) >= SLOTS) {}
    ring[w++ % SLOTS] = e;
    atomic_store_explicit(&written, w, memory_order_release);
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&sleeping, memory_order_relaxed) && atomic_exchange(&sleeping, 0) &&
        write(wake_up, &one, sizeof one) != sizeof one)
      exit(1);
  }
  return unused;
}

/* Waits until something is written behind `r`. */
static uint64_t wait_for(uint64_t r) {
  uint64_t w, wakes;
  while ((w = atomic_load_explicit(&written, memory_order_acquire)) == r) {
    atomic_store_explicit(&sleeping, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&written, memory_order_acquire) == r) {
      if (read(wake_up, &wakes, sizeof wakes) != sizeof wakes) exit(1);
    } else if (!atomic_exchange(&sleeping, 0)) { /* the wake-up is under way: it is taken here, not at the next sleep */
      if (read(wake_up, &wakes, sizeof wakes) != sizeof wakes) exit(1);
    }
  }
  return w;
}

int main(int argc, char **argv) {
  pthread_t producer;
  uint64_t r = 0, w = 0;
  int64_t first = 0, now = 0;
  double sum = 0;
  if (argc != 4) return 2;
  count = atoll(argv[1]);
  rate = atoll(argv[2]);
  warm_up = atoll(argv[3]);
  if (count <= warm_up || rate <= 0 || (wake_up = eventfd(0, 0)) < 0) return 2;
  if (pthread_create(&producer, NULL, produce, NULL) != 0) return 1;
  while ((int64_t)r < count) {
    if (r == w) w = wait_for(r);
    event e = ring[r++ % SLOTS];
    atomic_store_explicit(&taken, r, memory_order_release);
    sum += e.value * 2;
    now = now_ns();
    if ((int64_t)r <= warm_up)
      first = now;
    else
      histogram_record(&latencies, now - e.due);
  }
  pthread_join(producer, NULL);
  if (sum < 0) return 1;
  return histogram_report(&latencies, (double)(now - first) * 1e-9, stdout) || fflush(stdout) != 0;
}
