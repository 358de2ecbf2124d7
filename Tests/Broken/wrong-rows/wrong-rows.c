// Expect: frames-valid fail
// Commits a frame whose header has more rows than its columns.
#include "../broken.h"

BROKEN_SOURCE("wrong-rows");

/* ten_rows, with a frame that is spoilt on its way. */
static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  tide_slot slot = {.size = sizeof slot};
  tide_frame *frame;
  tide_status status;
  (void)deadline;
  if (me->calls++ == 10) return TIDE_END;
  tide_put_time(&me->rows, me->time, 1700000000000000000);
  tide_put_i64(&me->rows, me->n, 1);
  tide_end_row(&me->rows);
  if ((status = me->host->reserve(out, 0, tide_b_size(&me->rows), &slot)) < 0) return status;
  slot.used = tide_b_write(&me->rows, slot.bytes, slot.capacity);
  tide_b_reset(&me->rows);
  frame = (tide_frame *)(void *)slot.bytes;
  frame->rows = 2;
  return me->host->commit(out, &slot);
}

TIDE_SIMPLE("wrong-rows", make_columns, free_columns, .poll = poll);
