/* Operator `deadband`: passes a row when its number has moved by more than `by` since the last row of its key that passed.
 *
 * State: the last number of each key, for at most KEYS keys; a row beyond that bound goes to the dead-letter port, as does one
 * whose key is too long or whose number is none. A row without the number says nothing new and does not pass.
 * A snapshot has each entry in the blob of its key's group.
 */
#include <tidemill/table.h>

#define KEYS 10000

TIDE_DESCRIBE({
  "abi": 0, "name": "deadband", "version": "1.0.0", "license": "MIT", "doc": "Report a number only when it has moved.",
  "components": [{
    "id": "deadband", "kind": "operator", "concurrency": "keyed", "state_version": 1,
    "doc": "Pass a row when its number has moved by more than `by` since the last row of its key that passed.",
    "options": [
      { "name": "key", "type": "string", "format": "field", "required": true,
        "doc": "The field that tells series apart. Rows without it are one series." },
      { "name": "field", "type": "string", "format": "field", "required": true,
        "doc": "The number to watch. A row without one does not pass." },
      { "name": "by", "type": "number", "default": 0, "minimum": 0,
        "doc": "How far the number must move. A key's first row passes always." }
    ],
    "inputs": [{ "option": "key" }, { "option": "field", "type": "double", "required": true }],
    "outputs": { "same": true },
    "example": "name: moved\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 200, paced: false, seed: 7 } }\noperators:\n  moved: { use: deadband, from: readings, with: { key: source, field: value, by: 2 } }\nsinks:\n  out: { use: stdout, from: moved }\n"
  }]
});

struct tide_instance {
  const tide_host *host;
  tide_string key, field; /* the host's, as long as the instance lives */
  double by;
  tide_table last; /* the last number of each key that passed */
  uint16_t kept[TIDE_MAX_ROWS];
};

static tide_status setup(tide_instance *me) {
  me->key = tide_opt_string(me->host, "key", "");
  me->field = tide_opt_string(me->host, "field", "");
  me->by = tide_opt_double(me->host, "by", 0);
  return tide_table_init(&me->last, me->host, KEYS, sizeof(double));
}

static void teardown(tide_instance *me) { tide_table_free(&me->last); }

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  const tide_frame *f = in->frame;
  int32_t key = tide_find_n(f, me->key.data, me->key.length), field = tide_find_n(f, me->field.data, me->field.length);
  int is_number = tide_type(f, field) == TIDE_F64 || tide_type(f, field) == TIDE_I64, is_new;
  tide_status status = TIDE_OK;
  uint32_t count = 0;
  for (uint32_t k = 0; k < in->count && status >= 0; k++) {
    uint32_t row = tide_row(in->selection, k);
    double now = tide_f64(f, field, row), *last;
    if (!tide_valid(f, field, row) || now != now) continue; /* null, no such field, or NaN */
    if (!is_number) {
      status = me->host->reject(out, in, row, TIDE_TEXT("the field is not a number"));
    } else if ((last = tide_table_at(&me->last, f, key, row, &is_new)) == NULL) {
      status = me->host->reject(out, in, row, tide_table_refusal(f, key, row));
    } else if (is_new || now > *last + me->by || now < *last - me->by) {
      *last = now;
      me->kept[count++] = (uint16_t)row;
    }
  }
  return status < 0 || count == 0 ? status : me->host->forward(out, 0, in, me->kept, count);
}

static tide_status snapshot(tide_instance *me, const tide_writer *writer) { return tide_table_save(&me->last, writer); }

static tide_status restore(tide_instance *me, uint32_t group, const tide_reader *reader) {
  return tide_table_load(&me->last, me->host, group, reader, 1);
}

TIDE_SIMPLE("deadband", setup, teardown, .process = process, .snapshot = snapshot, .restore = restore, .state_version = 1);
