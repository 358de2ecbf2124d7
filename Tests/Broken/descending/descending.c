// Expect: selections-right fail
// Hands rows on from last to first.
#include "../broken.h"

BROKEN_FILTER("descending");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  for (uint32_t k = 0; k < in->count; k++) me->kept[k] = (uint16_t)tide_row(in->selection, in->count - 1 - k);
  return in->count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, in->count);
}

TIDE_SIMPLE("descending", NULL, NULL, .process = process);
