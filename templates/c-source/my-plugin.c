/* Source `my-plugin`: counts. */
#include <tidemill/simple.h>

TIDE_DESCRIBE({
  "abi": 0, "name": "my-plugin", "version": "0.1.0", "doc": "Numbers.",
  "components": [{
    "id": "my-plugin", "kind": "source", "concurrency": "single", "doc": "Count, with event times from 2026 on.",
    "options": [
      { "name": "count", "type": "integer", "default": 10, "minimum": 0, "doc": "How many rows there are." },
      { "name": "every", "type": "integer", "format": "duration", "default": "1s", "minimum": 1,
        "doc": "Time from one row to the next." }
    ],
    "outputs": { "fields": [
      { "name": "time", "type": "time", "role": "event_time" },
      { "name": "n", "type": "int", "doc": "The number, from 0." }
    ] },
    "example": "name: my-plugin\nsources:\n  numbers: { use: my-plugin, with: { count: 5 } }\nsinks:\n  out: { use: stdout, from: numbers }\n"
  }]
});

#define START 1767225600000000000 /* 2026-01-01T00:00:00Z */

struct tide_instance {
  const tide_host *host;
  tide_builder rows;
  int32_t time, n;
  int64_t next, count, every;
};

static tide_status setup(tide_instance *me) {
  tide_b_init(&me->rows);
  me->time = tide_b_col(&me->rows, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  me->n = tide_b_col(&me->rows, "n", TIDE_I64, TIDE_NO_ROLE);
  me->count = tide_opt_int(me->host, "count", 10);
  me->every = tide_opt_int(me->host, "every", 1000000000);
  return TIDE_OK;
}

static void teardown(tide_instance *me) { tide_b_free(&me->rows); }

/* One frame a call: that is far less work than the deadline allows. */
static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  tide_status status = TIDE_OK;
  (void)deadline;
  while (me->next < me->count && status == TIDE_OK) {
    tide_put_time(&me->rows, me->time, (int64_t)(START + (uint64_t)me->next * (uint64_t)me->every));
    tide_put_i64(&me->rows, me->n, me->next++);
    status = tide_end_row(&me->rows); /* TIDE_MORE: the frame is full */
  }
  status = tide_finish(&me->rows, me->host, out, 0);
  return status < 0 ? status : me->next < me->count ? TIDE_OK : TIDE_END;
}

TIDE_SIMPLE("my-plugin", setup, teardown, .poll = poll);
