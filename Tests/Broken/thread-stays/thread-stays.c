// Expect: quiet-after-destroy fail
// Leaves a thread behind.
#include "../broken.h"

#include <pthread.h>
#include <unistd.h>

BROKEN_FILTER("thread-stays");

static void *work(void *argument) {
  for (;;) pause();
  return argument;
}

static tide_status start(tide_instance *me) {
  pthread_t thread;
  (void)me;
  return pthread_create(&thread, NULL, work, NULL) == 0 ? TIDE_OK : tide_fail(me->host, TIDE_E_FATAL, "", "no thread");
}

TIDE_SIMPLE("thread-stays", NULL, NULL, .open = start, .process = pass);
