// Expect: process-no-rows crash
// Divides by the number of rows, which may be 0.
#include "../broken.h"

BROKEN_FILTER("empty-batch");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  me->memory = (void *)(uintptr_t)(100u / in->count);
  return pass(me, in, out);
}

TIDE_SIMPLE("empty-batch", NULL, NULL, .process = process);
