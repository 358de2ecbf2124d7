// Expect: frames-valid fail
// Commits strings whose offsets lead out of the frame.
#include "../broken.h"

BROKEN("bad-offsets", "source", "concurrency": "single", "outputs": {
  "fields": [
    { "name": "time", "type": "time", "role": "event_time", "doc": "When." },
    { "name": "text", "type": "string", "doc": "What." }
  ]
});

static tide_status setup(tide_instance *me) {
  tide_b_init(&me->rows);
  me->time = tide_b_col(&me->rows, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  me->n = tide_b_col(&me->rows, "text", TIDE_UTF8, TIDE_NO_ROLE);
  return TIDE_OK;
}

/* ten_rows, with a frame that is spoilt on its way. */
static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  tide_slot slot = {.size = sizeof slot};
  tide_frame *frame;
  tide_status status;
  (void)deadline;
  if (me->calls++ == 10) return TIDE_END;
  tide_put_time(&me->rows, me->time, 1700000000000000000);
  tide_put_str(&me->rows, me->n, "text");
  tide_end_row(&me->rows);
  if ((status = me->host->reserve(out, 0, tide_b_size(&me->rows), &slot)) < 0) return status;
  slot.used = tide_b_write(&me->rows, slot.bytes, slot.capacity);
  tide_b_reset(&me->rows);
  frame = (tide_frame *)(void *)slot.bytes;
  memset(slot.bytes + tide_col(frame, me->n)->data + 4, 0x7F, 4);
  return me->host->commit(out, &slot);
}

TIDE_SIMPLE("bad-offsets", setup, free_columns, .poll = poll);
