// Expect: selections-right fail
// Hands on all rows of the frame, also those that it was not to visit.
#include "../broken.h"

BROKEN_FILTER("not-a-subset");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  for (uint32_t row = 0; row < in->frame->rows; row++) me->kept[row] = (uint16_t)row;
  return in->count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, in->frame->rows);
}

TIDE_SIMPLE("not-a-subset", NULL, NULL, .process = process);
