// Expect: statuses-known fail
// Answers process with what only a source may say.
#include "../broken.h"

BROKEN_FILTER("idle-operator");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  tide_status status = pass(me, in, out);
  return status < 0 ? status : TIDE_END;
}

TIDE_SIMPLE("idle-operator", NULL, NULL, .process = process);
