// Expect: batches-leak-nothing fail
// Forgets a note on every batch.
#include "../broken.h"

BROKEN_FILTER("batch-leak");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if ((me->memory = malloc(16384)) != NULL) memset(me->memory, 1, 16384);
  return pass(me, in, out);
}

TIDE_SIMPLE("batch-leak", NULL, NULL, .process = process);
