// Expect: failure-explained fail
// Fails without a word.
#include "../broken.h"

BROKEN_FILTER("silent-failure");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  return me->calls == 0 && in->count > 0 ? (me->calls++, TIDE_E_FATAL) : pass(me, in, out);
}

TIDE_SIMPLE("silent-failure", NULL, NULL, .process = process);
