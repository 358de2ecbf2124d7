// Expect: frames-valid fail
// Commits fewer bytes than its frame has.
#include "../broken.h"

BROKEN_SOURCE("short-frame");

static void spoil(tide_instance *me, tide_slot *slot) {
  (void)me;
  slot->used -= 64;
}

static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  (void)deadline;
  if (me->calls++ == 10) return TIDE_END;
  tide_put_i64(&me->rows, me->n, 1);
  return send_spoilt(me, out, spoil);
}

TIDE_SIMPLE("short-frame", make_columns, free_columns, .poll = poll);
