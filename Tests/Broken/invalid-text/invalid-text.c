// Expect: frames-valid fail
// Commits a text that is not UTF-8.
#include "../broken.h"

BROKEN("invalid-text", "source", "concurrency": "single", "outputs": {
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

static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  (void)deadline;
  if (me->calls++ == 10) return TIDE_END;
  tide_put_time(&me->rows, me->time, 1700000000000000000);
  tide_put_str_n(&me->rows, me->n, "\xff", 1);
  tide_end_row(&me->rows);
  return tide_finish(&me->rows, me->host, out, 0);
}

TIDE_SIMPLE("invalid-text", setup, free_columns, .poll = poll);
