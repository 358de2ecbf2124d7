// Expect: input-read-only crash
// Writes into its input.
#include "../broken.h"

BROKEN_FILTER("writes-input");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  volatile uint8_t *byte = (volatile uint8_t *)(uintptr_t)in->frame;
  *byte = *byte;
  return pass(me, in, out);
}

TIDE_SIMPLE("writes-input", NULL, NULL, .process = process);
