/* Operator `my-plugin`: passes the rows whose number is greater than a limit. */
#include <stdlib.h>
#include <tidemill/plugin.h>

#define JSON(...) #__VA_ARGS__
TIDE_MANIFEST(JSON({
  "abi": 0, "name": "my-plugin", "version": "0.1.0", "doc": "Rows above a limit.",
  "components": [{
    "id": "my-plugin", "kind": "operator", "concurrency": "stateless",
    "doc": "Pass rows whose number is greater than a limit.",
    "options": [
      { "name": "field", "type": "string", "format": "field", "required": true,
        "doc": "The number that is compared. A row without one does not pass." },
      { "name": "above", "type": "number", "default": 0, "doc": "The limit." }
    ],
    "inputs": [{ "option": "field", "type": "double", "required": true }],
    "outputs": { "same": true },
    "example": "name: my-plugin\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }\noperators:\n  high: { use: my-plugin, from: readings, with: { field: value, above: 25 } }\nsinks:\n  out: { use: stdout, from: high }\n"
  }]
}));

struct tide_instance {
  const tide_host *host;
  tide_string field; /* the host's, as long as the instance lives */
  double above;
  uint16_t rows[TIDE_MAX_ROWS];
};

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = calloc(1, sizeof *me);
  (void)component;
  if (me == NULL) return TIDE_E_FATAL;
  me->host = host;
  host->config_string(host->context, "field", &me->field); /* the host has seen to it that they are there */
  host->config_double(host->context, "above", &me->above);
  *out = me;
  return TIDE_OK;
}

static void destroy(tide_instance *me) { free(me); }

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find_n(in->frame, me->field.data, me->field.length);
  uint32_t count = 0;
  for (uint32_t k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    if (tide_valid(in->frame, column, row) && tide_f64(in->frame, column, row) > me->above) me->rows[count++] = (uint16_t)row;
  }
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->rows, count);
}

static const tide_component my_plugin = {
    .size = sizeof my_plugin, .id = "my-plugin", .create = create, .destroy = destroy, .process = process};

TIDE_PLUGIN(&my_plugin);
