// Expect: entry-pure fail
// Starts a thread as soon as it is asked what it has.
#include "../broken.h"

#include <pthread.h>
#include <unistd.h>

BROKEN_FILTER("thread-in-entry");

TIDE_COMPONENT(component, "thread-in-entry", NULL, NULL, .process = pass);
static const tide_component *const components[] = {&component};
static const tide_plugin plugin = {sizeof plugin, 1, components};

static void *work(void *argument) {
  pause();
  return argument;
}

const tide_plugin *tidemill_plugin_1(uint32_t host_minor) {
  pthread_t thread;
  (void)host_minor;
  pthread_create(&thread, NULL, work, NULL);
  return &plugin;
}
