// Expect: slots-right fail
// Gives a slot back that it has committed.
#include "../broken.h"

BROKEN_SOURCE("spent-slot");

static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  tide_slot slot = {.size = sizeof slot};
  tide_status status;
  if (me->calls == 0 && (status = me->host->reserve(out, 0, 4096, &slot)) >= 0) {
    me->host->cancel(out, &slot);
    me->host->cancel(out, &slot);
  }
  return ten_rows(me, deadline, out);
}

TIDE_SIMPLE("spent-slot", make_columns, free_columns, .poll = poll);
