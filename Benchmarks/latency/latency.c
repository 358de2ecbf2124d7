/* The ends of a pipeline whose latency is measured: `clockwork` sends events when they are due, `latencies` counts how long
 * after that they arrive. Both read the host's clock.
 */
#define _POSIX_C_SOURCE 200809L
#include "../report.h"
#include <tidemill/simple.h>
#include <time.h>

#include "histogram.h"
#include "schedule.h"

TIDE_DESCRIBE({
  "abi": 0, "name": "latency", "version": "1.0.0", "license": "MIT",
  "doc": "Send events when they are due, and see how late they arrive.",
  "components": [
    { "id": "clockwork", "kind": "source", "concurrency": "single",
      "doc": "Send events at a steady rate, on time.",
      "options": [
        { "name": "count", "type": "integer", "default": 10000, "minimum": 1, "doc": "How many." },
        { "name": "rate", "type": "integer", "default": 10000, "minimum": 0, "maximum": 1000000000, "unit": "events/s",
          "doc": "How many a second; 0 = as fast as they are taken, in full frames, each event due when its frame is begun." },
        { "name": "every", "type": "integer", "default": 0, "minimum": 0, "maximum": 1000, "unit": "us",
          "doc": "How often it sends what is due, and sleeps between; 0 = each when it is due, which keeps its CPU busy." }
      ],
      "outputs": { "fields": [
        { "name": "due", "type": "int", "doc": "When the event was due, ns since the epoch." },
        { "name": "value", "type": "double", "doc": "A number from 0 to 99." }
      ] },
      "example": "name: late\nsources:\n  events: { use: clockwork, with: { count: 100 } }\noperators:\n  doubled: { use: map, from: events, with: { set: { doubled: value * 2.0 } } }\nsinks:\n  out: { use: latencies, from: doubled, with: { report: late.txt } }\n" },
    { "id": "latencies", "kind": "sink", "concurrency": "single",
      "doc": "Count how long after it was due each event arrives, and report that at the end.",
      "options": [
        { "name": "report", "type": "string", "format": "path", "required": true,
          "doc": "File for one line: events, events a second, and in microseconds p50, p99, p99.9 and the greatest." },
        { "name": "warm_up", "type": "integer", "default": 0, "minimum": 0, "doc": "Events at the start that do not count." }
      ],
      "inputs": [{ "name": "due", "type": "int" }, { "name": "doubled", "type": "double" }],
      "example": "name: late\nsources:\n  events: { use: clockwork, with: { count: 100 } }\noperators:\n  doubled: { use: map, from: events, with: { set: { doubled: value * 2.0 } } }\nsinks:\n  out: { use: latencies, from: doubled, with: { report: late.txt } }\n" }
  ]
});

struct tide_instance {
  const tide_host *host;
  /* clockwork */
  tide_builder rows;
  int32_t due, value;
  int64_t rate, sent, count, every_ns, wakes_at;
  schedule times;
  /* latencies */
  histogram latencies;
  int64_t to_skip, first, last;
  double sum;
  tide_string report;
};

static int64_t now_of(const tide_instance *me) { return me->host->now(me->host->context); }

/* ---- clockwork ---------------------------------------------------------------------------------------------------------- */

static tide_status setup_clockwork(tide_instance *me) {
  tide_b_init(&me->rows);
  me->due = tide_b_col(&me->rows, "due", TIDE_I64, TIDE_NO_ROLE);
  me->value = tide_b_col(&me->rows, "value", TIDE_F64, TIDE_NO_ROLE);
  me->count = tide_opt_int(me->host, "count", 10000);
  me->rate = tide_opt_int(me->host, "rate", 10000);
  me->every_ns = tide_opt_int(me->host, "every", 0) * 1000;
  return TIDE_OK;
}

static void teardown_clockwork(tide_instance *me) { tide_b_free(&me->rows); }

static tide_status start(tide_instance *me) {
  if (me->rate > 0) me->times = schedule_from(now_of(me), (double)me->rate);
  return TIDE_OK;
}

/* Sleeps until its next turn, when all that was due at the last one is sent, a millisecond at most; gives the time. A source that
 * heads its thread may: marked `blocking` it would put `direct` on two threads. */
static int64_t awake(tide_instance *me) {
  int64_t now = now_of(me);
  struct timespec left = {.tv_nsec = me->wakes_at - now};
  if (me->wakes_at <= now) return now;
  nanosleep(&left, NULL);
  return now_of(me);
}

/* Sends what is due in one frame, at most a full one. When nothing is, it waits for the next event, until the deadline, or has its
 * next turn. */
static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  int64_t now = awake(me), due = me->rate > 0 ? schedule_due(&me->times, me->sent) : now;
  tide_status status = TIDE_OK;
  while (me->every_ns == 0 && due > now && now < deadline) now = now_of(me);
  while (due <= now && me->sent < me->count && status == TIDE_OK) {
    tide_put_i64(&me->rows, me->due, due);
    tide_put_f64(&me->rows, me->value, (double)(me->sent % 100));
    status = tide_end_row(&me->rows); /* TIDE_MORE: the frame is full */
    me->sent++;
    if (me->rate > 0) due = schedule_due(&me->times, me->sent);
  }
  if (me->every_ns > 0 && due > now) me->wakes_at = now - now % me->every_ns + me->every_ns;
  status = tide_finish(&me->rows, me->host, out, 0);
  return status < 0 ? status : me->sent == me->count ? TIDE_END : TIDE_OK;
}

/* ---- latencies ---------------------------------------------------------------------------------------------------------- */

static tide_status setup_latencies(tide_instance *me) {
  me->report = tide_opt_string(me->host, "report", "");
  me->to_skip = tide_opt_int(me->host, "warm_up", 0);
  return TIDE_OK;
}

/* The rows of a batch arrive with the call, all at once. */
static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int64_t now = now_of(me);
  int32_t due = tide_find(in->frame, "due"), doubled = tide_find(in->frame, "doubled");
  uint32_t k;
  (void)out;
  for (k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    me->sum += tide_f64(in->frame, doubled, row);
    if (me->to_skip > 0) {
      me->to_skip--;
      me->first = now;
    } else {
      histogram_record(&me->latencies, now - tide_i64(in->frame, due, row));
    }
  }
  me->last = now;
  return TIDE_OK;
}

static int write_report(const tide_instance *me, FILE *file) {
  return histogram_report(&me->latencies, (double)(me->last - me->first) * 1e-9, file);
}

static tide_status flush(tide_instance *me, tide_output *out) {
  (void)out;
  return bench_report(me->host, me->report, write_report, me);
}

TIDE_COMPONENT(clockwork, "clockwork", setup_clockwork, teardown_clockwork, .open = start, .poll = poll);
TIDE_COMPONENT(latencies, "latencies", setup_latencies, NULL, .process = process, .flush = flush);
TIDE_PLUGIN(&clockwork, &latencies);
