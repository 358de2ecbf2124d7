#define _GNU_SOURCE
#include "tide_cores.h"
#include "tide_thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

/* Trips of a series, and how many series make a figure. */
#define TRIPS 64u
#define SERIES 32u

/* What one thread writes the other waits for, in lines of their own. The last of the two frees it. */
typedef struct match {
  uint32_t there;
  uint8_t pad_there[124];
  uint32_t back;
  uint8_t pad_back[124];
  uint32_t over;
  uint32_t holders;
} match;

uint32_t tide_cores_usable(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return CPU_COUNT(&set) > 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

static inline void breathe(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void leave(match *m) {
  if (__atomic_sub_fetch(&m->holders, 1u, __ATOMIC_ACQ_REL) == 0) free(m);
}

static void *answer(void *argument) {
  match *m = argument;
  uint32_t seen = 0, now;
  while (!__atomic_load_n(&m->over, __ATOMIC_RELAXED)) {
    now = __atomic_load_n(&m->there, __ATOMIC_ACQUIRE);
    if (now != seen) {
      __atomic_store_n(&m->back, now, __ATOMIC_RELEASE);
      seen = now;
    } else {
      breathe();
    }
  }
  leave(m);
  return 0;
}

/* One who answers, for whom nobody waits: on a busy machine it may not get to run for long. */
static match *begin(void) {
  match *m = calloc(1, sizeof *m);
  pthread_attr_t attributes;
  pthread_t thread;
  cpu_set_t elsewhere;
  int error, cpu = sched_getcpu();
  if (!m) return 0;
  m->holders = 2;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 64u << 10);
  if (cpu >= 0 && sched_getaffinity(0, sizeof elsewhere, &elsewhere) == 0) {
    CPU_CLR((size_t)cpu, &elsewhere);
    pthread_attr_setaffinity_np(&attributes, sizeof elsewhere, &elsewhere);
  }
  error = pthread_create(&thread, &attributes, answer, m);
  pthread_attr_destroy(&attributes);
  if (!error) return m;
  free(m);
  return 0;
}

/* One trip; 0 when the time is up. */
static int trip(match *m, uint32_t number, int64_t end) {
  uint32_t spins = 0;
  __atomic_store_n(&m->there, number, __ATOMIC_RELEASE);
  while (__atomic_load_n(&m->back, __ATOMIC_ACQUIRE) != number) {
    breathe();
    if ((++spins & 255u) == 0 && tide_steady_ns() >= end) return 0;
  }
  return 1;
}

int64_t tide_cores_round_trip_ns(int64_t limit_ns) {
  int64_t now = tide_steady_ns(), end = now + limit_ns, least = 0;
  uint32_t number = 0, series = 0, k;
  match *m = tide_cores_usable() > 1 ? begin() : 0;
  if (!m) return 0;
  while (series < SERIES && now < end) {
    int64_t began = now;
    for (k = 0; k < TRIPS && trip(m, ++number, end); k++) continue;
    now = tide_steady_ns();
    if (k < TRIPS) break;
    series++;
    if (least == 0 || now - began < least) least = now - began;
  }
  __atomic_store_n(&m->over, 1u, __ATOMIC_RELAXED);
  leave(m);
  return (least + TRIPS / 2) / TRIPS;
}
