// Expect: batch-size-free fail
// Calls itself stateless and passes the first row of each batch.
#include "../broken.h"

BROKEN_FILTER("batch-size");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  me->kept[0] = (uint16_t)tide_row(in->selection, 0);
  return in->count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, 1);
}

TIDE_SIMPLE("batch-size", NULL, NULL, .process = process);
