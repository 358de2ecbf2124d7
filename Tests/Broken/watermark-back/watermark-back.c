// Expect: watermarks-ascend fail
// Lets its watermark go back.
#include "../broken.h"

BROKEN_FILTER("watermark-back");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  me->host->watermark(out, 0, 1700000000000000000 - (int64_t)me->calls);
  return pass(me, in, out);
}

TIDE_SIMPLE("watermark-back", NULL, NULL, .process = process);
