// Expect: retained-released fail
// Retains its first batch and never releases it.
#include "../broken.h"

BROKEN_FILTER("retain-leak");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if (me->calls == 0) me->batch = me->host->retain(me->host->context, in);
  return pass(me, in, out);
}

TIDE_SIMPLE("retain-leak", NULL, NULL, .process = process);
