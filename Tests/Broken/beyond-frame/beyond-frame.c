// Expect: selections-right fail
// Hands on a row that the frame does not have.
#include "../broken.h"

BROKEN_FILTER("beyond-frame");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  me->kept[0] = (uint16_t)in->frame->rows; /* one too far */
  return in->count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, 1);
}

TIDE_SIMPLE("beyond-frame", NULL, NULL, .process = process);
