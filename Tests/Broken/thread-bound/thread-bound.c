// Expect: any-thread fail
// Keeps its count with the thread instead of the instance.
#include "../broken.h"

BROKEN("thread-bound", "operator", "concurrency": "single", "inputs": [], "outputs": { "same": true });

static _Thread_local uint64_t rows;

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  uint32_t count = 0;
  if (me->calls++ == 0) rows = 0;
  for (uint32_t k = 0; k < in->count; k++)
    if (rows++ % 7 == 0) me->kept[count++] = (uint16_t)tide_row(in->selection, k);
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, count);
}

TIDE_SIMPLE("thread-bound", NULL, NULL, .process = process);
