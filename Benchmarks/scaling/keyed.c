/* The ends of a pipeline that works by keys: `keyed` makes readings of so many keys, of which one may have a share of all rows;
 * `tally` adds results up to two numbers that do not depend on their order.
 */
#include "../report.h"
#include <tidemill/simple.h>

TIDE_DESCRIBE({
  "abi": 0, "name": "keyed", "version": "1.0.0", "license": "MIT", "doc": "Readings of many keys, and what came of them.",
  "components": [
    { "id": "keyed", "kind": "source", "concurrency": "single",
      "doc": "Make readings as fast as they are taken, the same ones each time, one every microsecond of event time.",
      "options": [
        { "name": "rows", "type": "integer", "default": 1000000, "minimum": 1, "doc": "How many." },
        { "name": "keys", "type": "integer", "default": 1000, "minimum": 1, "doc": "Of how many keys." },
        { "name": "percent", "type": "integer", "default": 0, "minimum": 0, "maximum": 100,
          "doc": "How many rows in a hundred belong to one of them." }
      ],
      "outputs": { "fields": [
        { "name": "time", "type": "time", "role": "event_time", "doc": "When it was read." },
        { "name": "key", "type": "int", "doc": "What was read." },
        { "name": "value", "type": "double", "doc": "A whole number from 0 to 1023." }
      ] },
      "example": "name: many\nsources:\n  readings: { use: keyed, with: { rows: 100 } }\nsinks:\n  out: { use: stdout, from: readings }\n" },
    { "id": "tally", "kind": "sink", "concurrency": "single",
      "doc": "Add up sums by key and window, in any order.",
      "options": [
        { "name": "report", "type": "string", "format": "path", "required": true,
          "doc": "File for one line: results, and the sum of what is hashed of each." }
      ],
      "inputs": [{ "name": "key", "type": "int" }, { "name": "window_start", "type": "time" },
                 { "name": "count", "type": "int" }, { "name": "sum", "type": "double" }],
      "example": "name: many\nsources:\n  readings: { use: keyed, with: { rows: 100 }, watermark: monotonic }\noperators:\n  sums: { use: window, from: readings, with: { tumbling: 1s, key: key, aggregate: { count: count(), sum: sum(value) } } }\nsinks:\n  out: { use: tally, from: sums, with: { report: tally.txt } }\n" }
  ]
});

struct tide_instance {
  const tide_host *host;
  /* keyed */
  tide_builder readings;
  int32_t time, key, value;
  int64_t rows, keys, percent, sent;
  uint64_t random;
  /* tally */
  uint64_t results, hash;
  tide_string report;
};

static uint64_t mixed(uint64_t z) { /* the finaliser of splitmix64 */
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/* ---- keyed -------------------------------------------------------------------------------------------------------------- */

static tide_status setup_keyed(tide_instance *me) {
  tide_b_init(&me->readings);
  me->time = tide_b_col(&me->readings, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  me->key = tide_b_col(&me->readings, "key", TIDE_I64, TIDE_NO_ROLE);
  me->value = tide_b_col(&me->readings, "value", TIDE_F64, TIDE_NO_ROLE);
  me->rows = tide_opt_int(me->host, "rows", 1000000);
  me->keys = tide_opt_int(me->host, "keys", 1000);
  me->percent = tide_opt_int(me->host, "percent", 0);
  me->random = 20260101;
  return TIDE_OK;
}

static void teardown_keyed(tide_instance *me) { tide_b_free(&me->readings); }

/* One frame a call. */
static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  tide_status status = TIDE_OK;
  (void)deadline;
  while (me->sent < me->rows && status == TIDE_OK) {
    uint64_t random = mixed(me->random += 0x9E3779B97F4A7C15u);
    uint64_t of_hundred = (random & 0xFFFFFu) * 100u >> 20, of_keys = (random >> 32) * (uint64_t)me->keys >> 32;
    tide_put_time(&me->readings, me->time, 1700000000000000000 + me->sent * 1000);
    tide_put_i64(&me->readings, me->key, of_hundred < (uint64_t)me->percent ? 0 : (int64_t)of_keys);
    tide_put_f64(&me->readings, me->value, (double)(random >> 20 & 1023u));
    status = tide_end_row(&me->readings); /* TIDE_MORE: the frame is full */
    me->sent++;
  }
  status = tide_finish(&me->readings, me->host, out, 0);
  return status < 0 ? status : me->sent == me->rows ? TIDE_END : TIDE_OK;
}

/* ---- tally -------------------------------------------------------------------------------------------------------------- */

static tide_status setup_tally(tide_instance *me) {
  me->report = tide_opt_string(me->host, "report", "");
  return TIDE_OK;
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t key = tide_find(in->frame, "key"), start = tide_find(in->frame, "window_start");
  int32_t count = tide_find(in->frame, "count"), sum = tide_find(in->frame, "sum");
  uint32_t k;
  (void)out;
  for (k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    uint64_t hash = mixed((uint64_t)tide_i64(in->frame, key, row)) ^ (uint64_t)tide_i64(in->frame, start, row);
    hash = mixed(hash) ^ (uint64_t)tide_i64(in->frame, count, row);
    me->hash += mixed(mixed(hash) ^ (uint64_t)tide_f64(in->frame, sum, row)); /* sums are whole numbers */
  }
  me->results += in->count;
  return TIDE_OK;
}

static int write_report(const tide_instance *me, FILE *file) {
  return fprintf(file, "%llu %016llx\n", (unsigned long long)me->results, (unsigned long long)me->hash) < 0;
}

static tide_status flush(tide_instance *me, tide_output *out) {
  (void)out;
  return bench_report(me->host, me->report, write_report, me);
}

TIDE_COMPONENT(keyed, "keyed", setup_keyed, teardown_keyed, .poll = poll);
TIDE_COMPONENT(tally, "tally", setup_tally, NULL, .process = process, .flush = flush);
TIDE_PLUGIN(&keyed, &tally);
