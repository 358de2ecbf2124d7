/* The operators of Kit.swift in C, as near to them as two languages allow: what PluginKit costs is the difference. */
#include <tidemill/simple.h>
#include <tidemill/table.h>

TIDE_DESCRIBE({
  "abi": 0, "name": "kit-c", "version": "1.0.0", "license": "MIT", "doc": "Operators in C, to measure PluginKit by.",
  "components": [
    { "id": "filter-c", "kind": "operator", "concurrency": "stateless", "doc": "Forward half of the rows.",
      "inputs": [{ "name": "x", "type": "double", "required": true }], "outputs": { "same": true } },
    { "id": "rebuild-c", "kind": "operator", "concurrency": "stateless", "doc": "Make a new row of each.",
      "inputs": [{ "name": "n", "type": "int", "required": true }],
      "outputs": { "fields": [{ "name": "n", "type": "int" }, { "name": "half", "type": "double" }] } },
    { "id": "count-c", "kind": "operator", "concurrency": "single", "doc": "Count the rows of each key.",
      "inputs": [{ "name": "n", "type": "int", "required": true }] }
  ]
});

struct tide_instance {
  const tide_host *host;
  tide_builder rows;
  int32_t n, half;
  tide_table counts;
  uint16_t kept[TIDE_MAX_ROWS];
};

static tide_status setup(tide_instance *me) {
  tide_b_init(&me->rows);
  me->n = tide_b_col(&me->rows, "n", TIDE_I64, TIDE_NO_ROLE);
  me->half = tide_b_col(&me->rows, "half", TIDE_F64, TIDE_NO_ROLE);
  return TIDE_OK;
}

static tide_status process_filter(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find(in->frame, "x");
  uint32_t count = 0;
  for (uint32_t k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    if (tide_valid(in->frame, column, row) && tide_f64(in->frame, column, row) >= 512) me->kept[count++] = (uint16_t)row;
  }
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, count);
}

static tide_status process_rebuild(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find(in->frame, "n");
  for (uint32_t k = 0; k < in->count; k++) {
    int64_t n = tide_i64(in->frame, column, tide_row(in->selection, k));
    tide_put_i64(&me->rows, me->n, n);
    tide_put_f64(&me->rows, me->half, (double)n / 2);
    if (tide_end_row(&me->rows) == TIDE_MORE) {
      tide_status status = tide_finish(&me->rows, me->host, out, 0);
      if (status < 0) return status;
    }
  }
  return tide_finish(&me->rows, me->host, out, 0);
}

static void teardown(tide_instance *me) {
  tide_b_free(&me->rows);
  tide_table_free(&me->counts);
}

static tide_status setup_count(tide_instance *me) {
  return tide_table_init(&me->counts, me->host, 4096, sizeof(int64_t));
}

static tide_status process_count(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find(in->frame, "n");
  (void)out;
  for (uint32_t k = 0; k < in->count; k++) {
    int64_t *count = (int64_t *)tide_table_at(&me->counts, in->frame, column, tide_row(in->selection, k), NULL);
    if (count != NULL) ++*count;
  }
  return TIDE_OK;
}

TIDE_COMPONENT(filter, "filter-c", setup, teardown, .process = process_filter);
TIDE_COMPONENT(rebuild, "rebuild-c", setup, teardown, .process = process_rebuild);
TIDE_COMPONENT(count, "count-c", setup_count, teardown, .process = process_count);
TIDE_PLUGIN(&filter, &rebuild, &count);
