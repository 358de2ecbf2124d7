/* Operator `between`: passes the rows whose number lies from `low` to `high`, both included.
 *
 * Rows are passed on as a selection: nothing is copied. A row that lacks the number does not pass; one that holds something
 * else in its place goes to the dead-letter port. Integers are compared as the nearest double. There is no on_watermark, so the
 * host passes watermarks on.
 */
#include <stdlib.h>
#include <tidemill/plugin.h>

#define JSON(...) #__VA_ARGS__
TIDE_MANIFEST(JSON({
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
}));

struct tide_instance {
  const tide_host *host;
  tide_string field; /* the host's, as long as the instance lives */
  double low, high;
  uint16_t kept[TIDE_MAX_ROWS];
};

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = calloc(1, sizeof *me);
  (void)component;
  if (me == NULL) return TIDE_E_FATAL;
  me->host = host;
  host->config_string(host->context, "field", &me->field); /* required, so the host has seen to it that they are there */
  host->config_double(host->context, "low", &me->low);
  host->config_double(host->context, "high", &me->high);
  if (!(me->low <= me->high)) {
    host->fail(host->context, TIDE_E_CONFIG, TIDE_TEXT("`low` is above `high`: no number lies between"), TIDE_TEXT("low"));
    free(me);
    return TIDE_E_CONFIG;
  }
  *out = me;
  return TIDE_OK;
}

static void destroy(tide_instance *me) { free(me); }

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find_n(in->frame, me->field.data, me->field.length);
  uint32_t type = tide_type(in->frame, column), count = 0;
  for (uint32_t k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    double value = tide_f64(in->frame, column, row);
    if (!tide_valid(in->frame, column, row)) continue; /* null, or no such field */
    if (type != TIDE_F64 && type != TIDE_I64) {
      tide_status status = me->host->reject(out, in, row, TIDE_TEXT("the field is not a number"));
      if (status < 0) return status;
    } else if (value >= me->low && value <= me->high) {
      me->kept[count++] = (uint16_t)row;
    }
  }
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, count);
}

static const tide_component between = {
    .size = sizeof between, .id = "between", .create = create, .destroy = destroy, .process = process};

TIDE_PLUGIN(&between);
