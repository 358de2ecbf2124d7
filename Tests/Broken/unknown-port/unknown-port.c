// Expect: ports-exist fail
// Sends to a port that it did not declare.
#include "../broken.h"

BROKEN_FILTER("unknown-port");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if (in->count > 0) me->host->forward(out, 1, in, NULL, 0);
  return pass(me, in, out);
}

TIDE_SIMPLE("unknown-port", NULL, NULL, .process = process);
