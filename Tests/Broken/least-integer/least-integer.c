// Expect: extreme-values crash
// Divides by -1, which Int64.min cannot bear.
#include "../broken.h"

BROKEN_READER("least-integer");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t value = tide_find(in->frame, "value");
  volatile int64_t unit = -1;
  for (uint32_t k = 0; k < in->count; k++)
    me->seen += (uint64_t)(tide_i64(in->frame, value, tide_row(in->selection, k)) / unit);
  return pass(me, in, out);
}

TIDE_SIMPLE("least-integer", NULL, NULL, .process = process);
