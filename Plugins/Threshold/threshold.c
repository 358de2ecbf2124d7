/* Operator `threshold`: passes the rows whose number lies beyond a limit, as a selection, without copying them.
 *
 * A row passes when its value is greater than `above` or less than `below`; with above < below, when it is both (a band). Null,
 * absent and NaN never pass. Integers are compared exactly. A field that is not a number sends its rows to the dead-letter
 * port.
 */
#include <stdlib.h>
#include <tidemill/plugin.h>

#include "manifest.h"

TIDE_MANIFEST(THRESHOLD_MANIFEST);

/* One limit, as a double and for integers: v > above is v >= integer, v < below is v <= integer. `any` is 0 where no integer
 * passes it, or where it is absent. */
typedef struct limit {
  double value; /* NaN when absent: no value passes */
  int64_t integer;
  int any;
} limit;

typedef struct threshold {
  const tide_host *host;
  tide_string field; /* the host's, as long as the instance lives */
  limit above, below;
  int band; /* both must hold, not one of them */
  /* Where the field stands in frames of `schema`; 0 = not looked up yet. */
  uint64_t schema;
  int32_t column;
  uint16_t kept[TIDE_MAX_ROWS];
} threshold;

static threshold *state_of(tide_instance *self) { return (threshold *)(void *)self; }

/* ---- limits ---------------------------------------------------------------------------------------------------------- */

static const double two_to_63 = 9223372036854775808.0;

static int64_t floor_of(double x) {
  int64_t whole = (int64_t)x;
  return (double)whole > x ? whole - 1 : whole;
}

static limit limit_above(double value) {
  limit l = {value, INT64_MIN, 1};
  if (value >= two_to_63)
    l.any = 0;
  else if (value >= -two_to_63) {
    int64_t whole = floor_of(value);
    l.any = whole < INT64_MAX;
    l.integer = l.any ? whole + 1 : INT64_MAX;
  }
  return l;
}

static limit limit_below(double value) {
  limit l = {value, INT64_MAX, 1};
  if (value <= -two_to_63)
    l.any = 0;
  else if (value < two_to_63) {
    int64_t whole = floor_of(value);
    /* the greatest integer less than value; value > -2^63, so whole - 1 does not wrap */
    l.integer = (double)whole == value ? whole - 1 : whole;
  }
  return l;
}

static limit limit_none(void) {
  limit l = {__builtin_nan(""), 0, 0};
  return l;
}

static int passes(const threshold *me, double v) {
  int above = v > me->above.value, below = v < me->below.value;
  return me->band ? above & below : above | below;
}

static int passes_integer(const threshold *me, int64_t v) {
  int above = me->above.any & (v >= me->above.integer), below = me->below.any & (v <= me->below.integer);
  return me->band ? above & below : above | below;
}

/* ---- rows that pass: each fills `kept` and gives its length -------------------------------------------------------------- */

static uint32_t keep_doubles(threshold *me, const tide_batch *in, const double *values, const uint8_t *valid) {
  uint32_t k, n = 0;
  for (k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    me->kept[n] = (uint16_t)row;
    n += (uint32_t)(passes(me, values[row]) & (valid == NULL || tide_bit_(valid, row)));
  }
  return n;
}

/* A dictionary of doubles: its codes lead to them. */
static uint32_t keep_coded(threshold *me, const tide_batch *in, const double *values, const uint16_t *codes,
                           const uint8_t *valid) {
  uint32_t k, n = 0;
  for (k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    me->kept[n] = (uint16_t)row;
    n += (uint32_t)(passes(me, values[codes[row]]) & (valid == NULL || tide_bit_(valid, row)));
  }
  return n;
}

static int is_float(uint32_t type) { return type == TIDE_F64 || type == TIDE_F32; }

/* Any other layout, value by value. */
static uint32_t keep_values(threshold *me, const tide_batch *in) {
  int floating = is_float(tide_type(in->frame, me->column));
  uint32_t k, n = 0;
  for (k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    int pass = floating ? passes(me, tide_f64(in->frame, me->column, row))
                        : passes_integer(me, tide_i64(in->frame, me->column, row));
    me->kept[n] = (uint16_t)row;
    n += (uint32_t)(pass & tide_valid(in->frame, me->column, row));
  }
  return n;
}

/* One value for all rows: its rows pass together, except nulls. */
static uint32_t keep_constant(threshold *me, const tide_batch *in) {
  uint32_t k, n = 0;
  for (k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    if (tide_valid(in->frame, me->column, row)) me->kept[n++] = (uint16_t)row;
  }
  if (n == 0) return 0;
  return (is_float(tide_type(in->frame, me->column)) ? passes(me, tide_f64(in->frame, me->column, me->kept[0]))
                                                     : passes_integer(me, tide_i64(in->frame, me->column, me->kept[0])))
             ? n
             : 0;
}

static uint32_t keep(threshold *me, const tide_batch *in) {
  const tide_frame *f = in->frame;
  const uint8_t *valid = tide_valid_vec(f, me->column);
  const double *flat = tide_f64_vec(f, me->column);
  const uint16_t *codes = tide_code_vec(f, me->column);
  if (flat != NULL) return keep_doubles(me, in, flat, valid);
  if (codes != NULL && (flat = tide_f64_vec(f, tide_dict(f, me->column))) != NULL)
    return keep_coded(me, in, flat, codes, valid);
  if (tide_col(f, me->column)->enc == TIDE_CONST) return keep_constant(me, in);
  return keep_values(me, in);
}

/* ---- fields that cannot be compared --------------------------------------------------------------------------------------- */

static int is_number(uint32_t type) {
  switch (type) {
  case TIDE_F64:
  case TIDE_F32:
  case TIDE_I64:
  case TIDE_I32:
  case TIDE_U16:
  case TIDE_I8: return 1;
  default: return 0;
  }
}

static tide_status reject_all(threshold *me, const tide_batch *in, tide_output *out) {
  uint32_t k;
  for (k = 0; k < in->count; k++) {
    tide_status status =
        me->host->reject(out, in, tide_row(in->selection, k), TIDE_TEXT("the field to compare is not a number here"));
    if (status < 0) return status;
  }
  return TIDE_OK;
}

/* ---- life ----------------------------------------------------------------------------------------------------------------- */

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  threshold *me = calloc(1, sizeof *me);
  double value;
  int above, below;
  (void)component;
  if (me == NULL) {
    host->fail(host->context, TIDE_E_FATAL, TIDE_TEXT("out of memory"), TIDE_TEXT(""));
    return TIDE_E_FATAL;
  }
  me->host = host;
  above = host->config_double(host->context, "above", &value) >= 0;
  me->above = above ? limit_above(value) : limit_none();
  below = host->config_double(host->context, "below", &value) >= 0;
  me->below = below ? limit_below(value) : limit_none();
  me->band = above && below && me->above.value < me->below.value;
  if (!above && !below) {
    host->fail(host->context, TIDE_E_CONFIG, TIDE_TEXT("threshold needs `above`, `below` or both"), TIDE_TEXT("above"));
    free(me);
    return TIDE_E_CONFIG;
  }
  if (host->config_string(host->context, "field", &me->field) < 0) {
    host->fail(host->context, TIDE_E_CONFIG, TIDE_TEXT("threshold needs `field`, the name of a number"), TIDE_TEXT("field"));
    free(me);
    return TIDE_E_CONFIG;
  }
  *out = (tide_instance *)(void *)me;
  return TIDE_OK;
}

static void destroy(tide_instance *self) { free(state_of(self)); }

static tide_status process(tide_instance *self, const tide_batch *in, tide_output *out) {
  threshold *me = state_of(self);
  uint32_t count;
  if (in->count == 0) return TIDE_OK;
  if (me->schema == 0 || me->schema != in->frame->schema_id) {
    me->column = tide_find_n(in->frame, me->field.data, me->field.length);
    me->schema = in->frame->schema_id;
  }
  if (me->column < 0) return TIDE_OK; /* absent everywhere: null in every row */
  if (!is_number(tide_type(in->frame, me->column))) return reject_all(me, in, out);
  count = keep(me, in);
  if (count == 0) return TIDE_OK;
  if (count == in->count) return me->host->forward(out, 0, in, NULL, 0);
  return me->host->forward(out, 0, in, me->kept, count);
}

/* ---- export --------------------------------------------------------------------------------------------------------------- */

static const tide_component component = {
    .size = sizeof(tide_component), .id = "threshold", .create = create, .destroy = destroy, .process = process};

TIDE_PLUGIN(&component);
