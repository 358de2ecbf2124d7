// Expect: hot-locks fail
// Takes a lock for every batch.
#include "../broken.h"

#include <pthread.h>

BROKEN_FILTER("hot-mutex");

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  pthread_mutex_lock(&mutex);
  me->seen++;
  pthread_mutex_unlock(&mutex);
  return pass(me, in, out);
}

TIDE_SIMPLE("hot-mutex", NULL, NULL, .process = process);
