// Expect: every-encoding crash
// Is certain that its field is one array.
#include "../broken.h"

BROKEN_READER("assumes-flat");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t value = tide_find(in->frame, "value");
  const volatile int64_t *values = tide_i64_vec(in->frame, value);
  if (tide_type(in->frame, value) == TIDE_I64)
    for (uint32_t k = 0; k < in->count; k++) me->seen += (uint64_t)values[tide_row(in->selection, k)];
  return pass(me, in, out);
}

TIDE_SIMPLE("assumes-flat", NULL, NULL, .process = process);
