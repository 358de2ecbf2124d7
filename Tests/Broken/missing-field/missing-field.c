// Expect: fields-missing crash
// Is certain that its field is there.
#include "../broken.h"

BROKEN_READER("missing-field");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t value = tide_find(in->frame, "value");
  if (value < 0) abort(); /* what an array of columns would do at -1 */
  return pass(me, in, out);
}

TIDE_SIMPLE("missing-field", NULL, NULL, .process = process);
