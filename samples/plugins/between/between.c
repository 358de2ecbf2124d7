/* Operator `between`: passes the rows whose number lies from `low` to `high`, both included.
 *
 * Rows are passed on as a selection: nothing is copied. A row that lacks the number does not pass; one that holds something
 * else in its place goes to the dead-letter port. Integers are compared as the nearest double. There is no on_watermark, so the
 * host passes watermarks on.
 */
#include <tidemill/simple.h>

TIDE_DESCRIBE({
  "abi": 0, "name": "between", "version": "1.0.0", "license": "MIT", "doc": "Pass the rows whose number lies in a range.",
  "components": [{
    "id": "between", "kind": "operator", "concurrency": "stateless",
    "doc": "Pass the rows whose field lies from `low` to `high`, both included.",
    "options": [
      { "name": "field", "type": "string", "format": "field", "required": true,
        "doc": "The number to look at. A row without one does not pass." },
      { "name": "low", "type": "number", "required": true, "doc": "Least number that passes." },
      { "name": "high", "type": "number", "required": true, "doc": "Greatest number that passes." }
    ],
    "inputs": [{ "option": "field", "type": "double", "required": true }],
    "outputs": { "same": true },
    "example": "name: mild\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 200, paced: false, seed: 7 } }\noperators:\n  mild: { use: between, from: readings, with: { field: value, low: 0, high: 50 } }\nsinks:\n  out: { use: stdout, from: mild }\n"
  }]
});

struct tide_instance {
  const tide_host *host;
  tide_string field; /* the host's, as long as the instance lives */
  double low, high;
  uint16_t kept[TIDE_MAX_ROWS];
};

static tide_status setup(tide_instance *me) {
  me->field = tide_opt_string(me->host, "field", ""); /* required, so the host has seen to it that they are there */
  me->low = tide_opt_double(me->host, "low", 0);
  me->high = tide_opt_double(me->host, "high", 0);
  if (me->low <= me->high) return TIDE_OK;
  return tide_fail(me->host, TIDE_E_CONFIG, "low", "`low` is above `high`: no number lies between");
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find_n(in->frame, me->field.data, me->field.length);
  int is_number = tide_type(in->frame, column) == TIDE_F64 || tide_type(in->frame, column) == TIDE_I64;
  tide_status status = TIDE_OK;
  uint32_t count = 0;
  for (uint32_t k = 0; k < in->count && status >= 0; k++) {
    uint32_t row = tide_row(in->selection, k);
    double value = tide_f64(in->frame, column, row);
    if (!tide_valid(in->frame, column, row)) continue; /* null, or no such field */
    if (!is_number) status = me->host->reject(out, in, row, TIDE_TEXT("the field is not a number"));
    if (is_number && value >= me->low && value <= me->high) me->kept[count++] = (uint16_t)row;
  }
  return status < 0 || count == 0 ? status : me->host->forward(out, 0, in, me->kept, count);
}

TIDE_SIMPLE("between", setup, NULL, .process = process);
