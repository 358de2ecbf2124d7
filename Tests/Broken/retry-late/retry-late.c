// Expect: retry-before-effects fail
// Asks for another try when rows have left already.
#include "../broken.h"

BROKEN_FILTER("retry-late");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  tide_status status = pass(me, in, out);
  if (status < 0 || in->count == 0 || me->calls > 1) return status;
  return tide_fail(me->host, TIDE_E_RETRY, "", "not yet");
}

TIDE_SIMPLE("retry-late", NULL, NULL, .process = process);
