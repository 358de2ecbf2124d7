// Expect: all-nulls crash
// Takes the mean of the values that are there, and divides by their number.
#include "../broken.h"

BROKEN_READER("all-null");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t value = tide_find(in->frame, "value");
  int64_t sum = 0, count = 0;
  for (uint32_t k = 0; k < in->count; k++) {
    sum += tide_i64(in->frame, value, tide_row(in->selection, k)) % 1000;
    count += tide_valid(in->frame, value, tide_row(in->selection, k));
  }
  if (value >= 0 && in->count > 0) me->seen = (uint64_t)(sum / *(volatile int64_t *)&count);
  return pass(me, in, out);
}

TIDE_SIMPLE("all-null", NULL, NULL, .process = process);
