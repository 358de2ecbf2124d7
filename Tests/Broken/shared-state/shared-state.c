// Expect: interleaved fail
// Counts the rows of all its instances in one variable, and passes every second one.
#include "../broken.h"

BROKEN("shared-state", "operator", "concurrency": "single", "inputs": [], "outputs": { "same": true });

static uint64_t rows;

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  uint32_t count = 0;
  for (uint32_t k = 0; k < in->count; k++)
    if (rows++ % 2 == 0) me->kept[count++] = (uint16_t)tide_row(in->selection, k);
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, count);
}

TIDE_SIMPLE("shared-state", NULL, NULL, .process = process);
