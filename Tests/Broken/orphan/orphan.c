// Expect: quiet-after-destroy fail
// Starts a process and forgets it.
#include "../broken.h"

#include <unistd.h>

BROKEN_FILTER("orphan");

static tide_status start(tide_instance *me) {
  (void)me;
  if (fork() == 0) {
    alarm(60); /* whatever happens, not for ever */
    for (;;) pause();
  }
  return TIDE_OK;
}

TIDE_SIMPLE("orphan", NULL, NULL, .open = start, .process = pass);
