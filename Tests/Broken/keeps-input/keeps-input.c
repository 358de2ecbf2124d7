// Expect: input-not-kept crash
// Looks at the batch before without having retained it.
#include "../broken.h"

BROKEN_FILTER("keeps-input");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if (me->frame != NULL) me->seen += me->frame->rows;
  me->frame = in->frame;
  return pass(me, in, out);
}

TIDE_SIMPLE("keeps-input", NULL, NULL, .process = process);
