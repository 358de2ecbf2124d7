// Expect: process-one-row crash
// Calls itself until the stack is at its end.
#include "../broken.h"

BROKEN_FILTER("recursion");

static uint64_t depth(volatile uint64_t *n) {
  volatile uint64_t next = *n + 1;
  return next == 0 ? 0 : 1 + depth(&next);
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  me->seen = depth(&me->calls);
  return pass(me, in, out);
}

TIDE_SIMPLE("recursion", NULL, NULL, .process = process);
