// Expect: frames-valid fail
// Commits strings whose offsets lead out of the frame.
#include "../broken.h"

BROKEN_TEXTS("bad-offsets");

static void spoil(tide_instance *me, tide_slot *slot) {
  memset(slot->bytes + tide_col(frame_of(slot), me->n)->data + 4, 0x7F, 4);
}

static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  (void)deadline;
  if (me->calls++ == 10) return TIDE_END;
  tide_put_str(&me->rows, me->n, "text");
  return send_spoilt(me, out, spoil);
}

TIDE_SIMPLE("bad-offsets", make_texts, free_columns, .poll = poll);
