/* Source `counter`: the numbers from, from + step, from + 2 step, …, one every so often.
 *
 * Number i has the event time start + i * every and comes once the host's clock has reached it. A start in the past makes the
 * source catch up as fast as it is read; without a start it is the moment of opening. The host polls every millisecond.
 */
#include <tidemill/simple.h>

TIDE_DESCRIBE({
  "abi": 0, "name": "counter", "version": "1.0.0", "license": "MIT", "doc": "Count, at a steady pace.",
  "components": [{
    "id": "counter", "kind": "source", "concurrency": "single", "poll_every": "1ms",
    "doc": "Emit numbers in steps, one every so often.",
    "options": [
      { "name": "from", "type": "integer", "default": 1, "doc": "The first number." },
      { "name": "step", "type": "integer", "default": 1, "doc": "How much further each number is. Wraps at 64 bits." },
      { "name": "count", "type": "integer", "minimum": 1, "doc": "End after so many numbers; without it never." },
      { "name": "every", "type": "integer", "format": "duration", "default": "1s", "minimum": 1000, "maximum": 86400e9,
        "doc": "Time from one number to the next." },
      { "name": "start", "type": "integer", "minimum": 0, "maximum": 7258118400, "unit": "s since 1970",
        "doc": "Event time of the first number; without it now." }
    ],
    "outputs": { "fields": [
      { "name": "time", "type": "time", "role": "event_time", "doc": "When the number was due." },
      { "name": "n", "type": "int", "doc": "The number." }
    ] },
    "example": "name: count\nsources:\n  numbers: { use: counter, with: { count: 5, every: 100ms } }\nsinks:\n  out: { use: stdout, from: numbers }\n"
  }]
});

struct tide_instance {
  const tide_host *host;
  tide_builder rows;
  int32_t time, n;
  int64_t from, step, every, left; /* left < 0: without end */
  int64_t due;                     /* event time of the next number; -1 = not known yet */
};

static tide_status setup(tide_instance *me) {
  int64_t start = tide_opt_int(me->host, "start", -1);
  tide_b_init(&me->rows);
  me->time = tide_b_col(&me->rows, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  me->n = tide_b_col(&me->rows, "n", TIDE_I64, TIDE_NO_ROLE);
  me->from = tide_opt_int(me->host, "from", 1);
  me->step = tide_opt_int(me->host, "step", 1);
  me->every = tide_opt_int(me->host, "every", 1000000000);
  me->left = tide_opt_int(me->host, "count", -1);
  me->due = start < 0 ? -1 : start * 1000000000;
  return TIDE_OK;
}

static void teardown(tide_instance *me) { tide_b_free(&me->rows); }

static tide_status start(tide_instance *me) {
  if (me->due < 0) me->due = me->host->now(me->host->context);
  return TIDE_OK;
}

/* At most one frame a call: that is far less work than the deadline allows. */
static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  int64_t now = me->host->now(me->host->context);
  tide_status status = TIDE_OK;
  (void)deadline;
  while (me->left != 0 && me->due <= now && status == TIDE_OK) {
    tide_put_time(&me->rows, me->time, me->due);
    tide_put_i64(&me->rows, me->n, me->from);
    status = tide_end_row(&me->rows); /* TIDE_MORE: the frame is full */
    me->from = (int64_t)((uint64_t)me->from + (uint64_t)me->step);
    me->due += me->every;
    if (me->left > 0) me->left--;
  }
  status = tide_finish(&me->rows, me->host, out, 0);
  if (status < 0) return status;
  return me->left == 0 ? TIDE_END : me->due <= now ? TIDE_OK : TIDE_IDLE;
}

TIDE_SIMPLE("counter", setup, teardown, .open = start, .poll = poll);
