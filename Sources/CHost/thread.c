#define _GNU_SOURCE
#include "tide_thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct start {
  void (*body)(void *);
  void *context;
};

static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  start.body(start.context);
  return NULL;
}

int tide_thread_start(void (*body)(void *), void *context, uint64_t stack_bytes, const char *name, uint64_t *thread) {
  struct start *start = malloc(sizeof *start);
  pthread_attr_t attributes;
  pthread_t id;
  int error;
  if (!start) return 12;
  start->body = body;
  start->context = context;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  error = pthread_create(&id, &attributes, run, start);
  pthread_attr_destroy(&attributes);
  if (error) {
    free(start);
    return error;
  }
  pthread_setname_np(id, name);
  *thread = (uint64_t)id;
  return 0;
}

void tide_thread_join(uint64_t thread) { pthread_join((pthread_t)thread, NULL); }

static int64_t read_clock(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t tide_thread_cpu_ns(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }
int64_t tide_clock_ns(void) { return read_clock(CLOCK_REALTIME); }
int64_t tide_steady_ns(void) { return read_clock(CLOCK_MONOTONIC); }
