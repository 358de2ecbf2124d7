// Expect: rejects-right fail
// Rejects a row that the frame does not have.
#include "../broken.h"

BROKEN_FILTER("reject-beyond");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if (in->count > 0) me->host->reject(out, in, in->frame->rows, TIDE_TEXT("not wanted"));
  return pass(me, in, out);
}

TIDE_SIMPLE("reject-beyond", NULL, NULL, .process = process);
