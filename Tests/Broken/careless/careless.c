// Expect: host-failures crash
// Uses the room that it was not given.
#include "../broken.h"

BROKEN_SOURCE("careless");

static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  tide_slot slot = {.size = sizeof slot};
  if (me->calls == 0) {
    me->host->reserve(out, 0, 4096, &slot);
    *(volatile uint8_t *)slot.bytes = 0;
    me->host->cancel(out, &slot);
  }
  return ten_rows(me, deadline, out);
}

TIDE_SIMPLE("careless", make_columns, free_columns, .poll = poll);
