// Expect: frames-valid fail
// Commits a frame whose header has more rows than its columns.
#include "../broken.h"

BROKEN_SOURCE("wrong-rows");

static void spoil(tide_instance *me, tide_slot *slot) {
  (void)me;
  frame_of(slot)->rows = 2;
}

static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  (void)deadline;
  if (me->calls++ == 10) return TIDE_END;
  tide_put_i64(&me->rows, me->n, 1);
  return send_spoilt(me, out, spoil);
}

TIDE_SIMPLE("wrong-rows", make_columns, free_columns, .poll = poll);
