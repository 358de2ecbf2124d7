// Expect: forwards-own-batch fail
// Hands on a copy of the batch struct.
#include "../broken.h"

BROKEN_FILTER("copied-batch");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  tide_batch copy = *in;
  return pass(me, &copy, out);
}

TIDE_SIMPLE("copied-batch", NULL, NULL, .process = process);
