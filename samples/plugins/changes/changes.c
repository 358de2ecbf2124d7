/* Operator `changes`: passes a row when its number differs from the one before it.
 *
 * State: the last number, kept in a snapshot. A row without the number says nothing new and does not pass.
 */
#include <stdlib.h>
#include <tidemill/plugin.h>

#define JSON(...) #__VA_ARGS__
TIDE_MANIFEST(JSON({
  "abi": 0, "name": "changes", "version": "1.0.0", "license": "MIT", "doc": "Report a number only when it is another one.",
  "components": [{
    "id": "changes", "kind": "operator", "concurrency": "single", "state_version": 1,
    "doc": "Pass a row when its number differs from the one before it.",
    "options": [{ "name": "field", "type": "string", "format": "field", "required": true, "doc": "The number to watch." }],
    "inputs": [{ "option": "field", "type": "double", "required": true }],
    "outputs": { "same": true },
    "example": "name: new\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }\noperators:\n  new: { use: changes, from: readings, with: { field: value } }\nsinks:\n  out: { use: stdout, from: new }\n"
  }]
}));

struct tide_instance {
  const tide_host *host;
  tide_string field; /* the host's, as long as the instance lives */
  struct state {
    double last;
    uint64_t seen; /* 0: there was no number yet */
  } state;
  uint16_t kept[TIDE_MAX_ROWS];
};

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = calloc(1, sizeof *me);
  (void)component;
  if (me == NULL) return TIDE_E_FATAL;
  me->host = host;
  host->config_string(host->context, "field", &me->field); /* required, so the host has seen to it that it is there */
  *out = me;
  return TIDE_OK;
}

static void destroy(tide_instance *me) { free(me); }

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
  return writer->write(writer->context, 0, &me->state, sizeof me->state);
}

static tide_status restore(tide_instance *me, uint32_t group, const tide_reader *reader) {
  uint8_t bytes[sizeof me->state + 1]; /* one more, to see that nothing follows */
  uint64_t have = 0;
  int64_t got;
  (void)group;
  while ((got = reader->read(reader->context, bytes + have, sizeof bytes - have)) > 0) have += (uint64_t)got;
  if (got < 0 || have != sizeof me->state) return TIDE_E_STATE; /* cut off or damaged */
  memcpy(&me->state, bytes, sizeof me->state);
  return TIDE_OK;
}

static const tide_component changes = {
    .size = sizeof changes, .state_version = 1, .id = "changes", .create = create, .destroy = destroy, .process = process,
    .snapshot = snapshot, .restore = restore};

TIDE_PLUGIN(&changes);
