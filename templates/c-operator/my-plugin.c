/* Operator `my-plugin`: passes the rows whose number is greater than a limit. */
#include <tidemill/simple.h>

TIDE_DESCRIBE({
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
});

struct tide_instance {
  const tide_host *host;
  tide_string field; /* the host's, as long as the instance lives */
  double above;
  uint16_t rows[TIDE_MAX_ROWS];
};

static tide_status setup(tide_instance *me) {
  me->field = tide_opt_string(me->host, "field", ""); /* required: the host has seen to it that it is there */
  me->above = tide_opt_double(me->host, "above", 0);
  return TIDE_OK;
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find_n(in->frame, me->field.data, me->field.length);
  uint32_t count = 0;
  for (uint32_t k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    if (tide_valid(in->frame, column, row) && tide_f64(in->frame, column, row) > me->above) me->rows[count++] = (uint16_t)row;
  }
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->rows, count);
}

TIDE_SIMPLE("my-plugin", setup, NULL, .process = process);
