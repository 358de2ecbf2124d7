// Expect: output-on-its-thread fail
// Hands its first batch on from a thread of its own.
#include "../broken.h"

#include <pthread.h>

BROKEN_FILTER("foreign-thread");

static void *work(void *argument) {
  tide_instance *me = argument;
  me->host->forward(me->output, 0, me->batch, NULL, 0);
  return NULL;
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  pthread_t thread;
  if (me->calls == 0 && in->count > 0) {
    me->batch = in;
    me->output = out;
    if (pthread_create(&thread, NULL, work, me) == 0) pthread_join(thread, NULL);
    me->calls++;
    return TIDE_OK;
  }
  return pass(me, in, out);
}

TIDE_SIMPLE("foreign-thread", NULL, NULL, .process = process);
