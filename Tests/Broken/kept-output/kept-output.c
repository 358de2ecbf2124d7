// Expect: output-in-its-call fail
// Uses the output of the call before.
#include "../broken.h"

BROKEN_FILTER("kept-output");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  tide_output *earlier = me->output;
  me->output = out;
  return pass(me, in, me->calls == 1 ? earlier : out);
}

TIDE_SIMPLE("kept-output", NULL, NULL, .process = process);
