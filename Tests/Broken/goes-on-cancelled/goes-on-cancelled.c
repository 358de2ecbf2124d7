// Expect: cancelled-at-once fail
// Goes on sending when the pipeline is stopping.
#include "../broken.h"

BROKEN_FILTER("goes-on-cancelled");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  for (uint32_t k = 0; k < in->count; k++) {
    uint16_t row = (uint16_t)tide_row(in->selection, k);
    me->host->forward(out, 0, in, &row, 1);
  }
  return TIDE_OK;
}

TIDE_SIMPLE("goes-on-cancelled", NULL, NULL, .process = process);
