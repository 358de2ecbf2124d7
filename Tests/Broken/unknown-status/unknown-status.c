// Expect: statuses-known fail
// Answers process with a number of its own.
#include "../broken.h"

BROKEN_FILTER("unknown-status");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  tide_status status = pass(me, in, out);
  return status < 0 ? status : 42;
}

TIDE_SIMPLE("unknown-status", NULL, NULL, .process = process);
