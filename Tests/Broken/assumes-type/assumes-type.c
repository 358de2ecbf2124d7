// Expect: other-types crash
// Is certain that its field is an integer.
#include "../broken.h"

BROKEN_READER("assumes-type");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t value = tide_find(in->frame, "value");
  if (value >= 0 && tide_type(in->frame, value) != TIDE_I64) abort();
  return pass(me, in, out);
}

TIDE_SIMPLE("assumes-type", NULL, NULL, .process = process);
