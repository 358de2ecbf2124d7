// Expect: no-stray-symbols fail
// Calls a function of the host by its name, which no library has.
#include "../broken.h"

BROKEN_FILTER("stray-symbol");

void tidemill_host_note(const char *text);

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  tidemill_host_note("process");
  return pass(me, in, out);
}

TIDE_SIMPLE("stray-symbol", NULL, NULL, .process = process);
