// Expect: frames-valid fail
// Commits a text that is not UTF-8.
#include "../broken.h"

BROKEN_TEXTS("invalid-text");

static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  (void)deadline;
  if (me->calls++ == 10) return TIDE_END;
  tide_put_time(&me->rows, me->time, 1700000000000000000);
  tide_put_str_n(&me->rows, me->n, "\xff", 1);
  tide_end_row(&me->rows);
  return tide_finish(&me->rows, me->host, out, 0);
}

TIDE_SIMPLE("invalid-text", make_texts, free_columns, .poll = poll);
