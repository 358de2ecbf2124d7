// Expect: process-one-row crash
// Writes to address 16.
#include "../broken.h"

BROKEN_FILTER("segfault");

static volatile int *volatile nowhere = (volatile int *)16;

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  *nowhere = 1;
  return pass(me, in, out);
}

TIDE_SIMPLE("segfault", NULL, NULL, .process = process);
