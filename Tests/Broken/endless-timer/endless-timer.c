// Expect: timers-end fail
// Sets a timer anew each time it runs, for the same moment.
#include "../broken.h"

BROKEN_FILTER("endless-timer");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if (me->calls == 0) me->host->timer(me->host->context, TIDE_ALL_GROUPS, 1, 0, TIDE_DOMAIN_PROCESSING);
  return pass(me, in, out);
}

static tide_status on_timer(tide_instance *me, uint64_t id, int64_t at, tide_output *out) {
  (void)out;
  return me->host->timer(me->host->context, TIDE_ALL_GROUPS, id, at, TIDE_DOMAIN_PROCESSING);
}

TIDE_SIMPLE("endless-timer", NULL, NULL, .process = process, .on_timer = on_timer);
