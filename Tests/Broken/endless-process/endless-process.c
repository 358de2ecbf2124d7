// Expect: process-one-row timeout
// Never comes back from process.
#include "../broken.h"

BROKEN_FILTER("endless-process");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  volatile uint64_t *calls = &me->calls;
  while (*calls < UINT64_MAX) *calls += 1; /* centuries */
  return pass(me, in, out);
}

TIDE_SIMPLE("endless-process", NULL, NULL, .process = process);
