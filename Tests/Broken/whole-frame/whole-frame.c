// Expect: selected-rows-only fail
// Compares with all rows of the frame, also those that it is not to visit.
#include "../broken.h"

BROKEN_READER("whole-frame");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t value = tide_find(in->frame, "value");
  int64_t least = INT64_MAX;
  uint32_t count = 0;
  for (uint32_t row = 0; row < in->frame->rows; row++)
    if (tide_i64(in->frame, value, row) < least) least = tide_i64(in->frame, value, row);
  for (uint32_t k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    if (tide_i64(in->frame, value, row) == least) me->kept[count++] = (uint16_t)row;
  }
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, count);
}

TIDE_SIMPLE("whole-frame", NULL, NULL, .process = process);
