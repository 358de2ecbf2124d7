// Expect: timers-right fail
// Sets a timer and has nothing that it could call.
#include "../broken.h"

BROKEN_FILTER("timer-without-entry");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if (me->calls == 0) me->host->timer(me->host->context, TIDE_ALL_GROUPS, 1, 0, TIDE_DOMAIN_PROCESSING);
  return pass(me, in, out);
}

TIDE_SIMPLE("timer-without-entry", NULL, NULL, .process = process);
