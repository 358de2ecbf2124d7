/* Operator `changes`: passes a row when its number differs from the one before it.
 *
 * State: the last number, kept in a snapshot. A row without the number says nothing new and does not pass.
 */
#include <tidemill/simple.h>

TIDE_DESCRIBE({
  "abi": 0, "name": "changes", "version": "1.0.0", "license": "MIT", "doc": "Report a number only when it is another one.",
  "components": [{
    "id": "changes", "kind": "operator", "concurrency": "single", "state_version": 1,
    "doc": "Pass a row when its number differs from the one before it.",
    "options": [{ "name": "field", "type": "string", "format": "field", "required": true, "doc": "The number to watch." }],
    "inputs": [{ "option": "field", "type": "double", "required": true }],
    "outputs": { "same": true },
    "example": "name: new\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }\noperators:\n  new: { use: changes, from: readings, with: { field: value } }\nsinks:\n  out: { use: stdout, from: new }\n"
  }]
});

struct tide_instance {
  const tide_host *host;
  tide_string field; /* the host's, as long as the instance lives */
  struct state {
    double last;
    uint64_t seen; /* 0: there was no number yet */
  } state;
  uint16_t kept[TIDE_MAX_ROWS];
};

static tide_status setup(tide_instance *me) {
  me->field = tide_opt_string(me->host, "field", ""); /* required, so the host has seen to it that it is there */
  return TIDE_OK;
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find_n(in->frame, me->field.data, me->field.length);
  uint32_t count = 0;
  for (uint32_t k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    double value = tide_f64(in->frame, column, row);
    if (!tide_valid(in->frame, column, row) || (me->state.seen && value == me->state.last)) continue;
    me->state.last = value;
    me->state.seen = 1;
    me->kept[count++] = (uint16_t)row;
  }
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, count);
}

static tide_status snapshot(tide_instance *me, const tide_writer *writer) {
  return writer->write(writer->context, TIDE_ALL_GROUPS, &me->state, sizeof me->state);
}

static tide_status restore(tide_instance *me, uint32_t group, const tide_reader *reader) {
  (void)group;
  return tide_restore(me->host, reader, 1, &me->state, sizeof me->state);
}

TIDE_SIMPLE("changes", setup, NULL, .process = process, .snapshot = snapshot, .restore = restore, .state_version = 1);
