// Expect: more-ends fail
// Always has more to say of the same batch.
#include "../broken.h"

BROKEN_FILTER("endless-more");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if (me->batch == in) return TIDE_MORE;
  me->batch = in;
  return pass(me, in, out) < 0 ? TIDE_E_CANCELLED : TIDE_MORE;
}

TIDE_SIMPLE("endless-more", NULL, NULL, .process = process);
