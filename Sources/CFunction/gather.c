/* Arguments out of columns. */
#include <float.h>
#include <math.h>
#include <tidemill/variant.h>

#include "function.h"

/* One argument on its way: where its values go, and the rows that they come from. */
typedef struct source {
  const tide_frame *f;
  const tide_column *d;
  int32_t column;
  uint32_t wanted; /* TIDE_FN_* */
  const uint16_t *selection;
  uint32_t count;
  uint8_t *state;
  uint8_t type_code, range_code;
  int marked;
} source;

/* The first argument that stands in a row's way decides what becomes of it. */
static void mark(source *s, uint32_t k, uint8_t code) {
  if (s->state[k] == 0) s->state[k] = code;
  s->marked = 1;
}

/* Runs `statement` for each row: k is its place in the batch, i in the frame. */
#define EACH(statement)                                                                                                    \
  do {                                                                                                                     \
    uint32_t k, i;                                                                                                         \
    if (s->selection == NULL)                                                                                              \
      for (k = i = 0; k < s->count; i = ++k) { statement; }                                                                \
    else                                                                                                                   \
      for (k = 0; k < s->count; k++) {                                                                                     \
        i = s->selection[k];                                                                                               \
        statement;                                                                                                         \
      }                                                                                                                    \
  } while (0)

static void mark_nulls(source *s) {
  if (s->column < 0)
    EACH((void)i; mark(s, k, TIDE_FN_ABSENT));
  else if (s->d->nulls)
    EACH(if (!tide_valid(s->f, s->column, i)) mark(s, k, TIDE_FN_ABSENT));
}

static int is_integer(uint32_t type) {
  return type == TIDE_I64 || type == TIDE_I32 || type == TIDE_U16 || type == TIDE_I8 || type == TIDE_U64;
}

/* True when a column of the type can give values of what is wanted. */
static int fits(uint32_t type, uint32_t wanted) {
  if (type == TIDE_VARIANT) return 1;
  switch (wanted) {
  case TIDE_FN_STR: return type == TIDE_UTF8;
  case TIDE_FN_F64:
  case TIDE_FN_F32: return is_integer(type) || type == TIDE_F64 || type == TIDE_F32 || type == TIDE_DECIMAL128;
  case TIDE_FN_I64: return is_integer(type) || type == TIDE_TIME || type == TIDE_DURATION;
  default: return is_integer(type);
  }
}

/* ---- variants ---------------------------------------------------------------------------------------------------------- */

/* The value of row i; marks it when it is null. */
static tide_string variant(source *s, uint32_t k, uint32_t i, uint32_t *kind) {
  tide_string keys, value = tide_var(s->f, s->column, i, &keys);
  *kind = tide_var_kind(value);
  if (*kind == TIDE_VAR_ABSENT || *kind == TIDE_VAR_NULL) mark(s, k, TIDE_FN_ABSENT);
  return value;
}

static double variant_number(source *s, uint32_t k, uint32_t i) {
  uint32_t kind;
  tide_string value = variant(s, k, i, &kind);
  if (kind != TIDE_VAR_INT && kind != TIDE_VAR_DOUBLE && kind != TIDE_VAR_DECIMAL) mark(s, k, s->type_code);
  return tide_var_f64(value);
}

/* A whole number, as its two halves in two's complement. */
static tide_decimal variant_integer(source *s, uint32_t k, uint32_t i) {
  uint32_t kind;
  tide_string value = variant(s, k, i, &kind);
  tide_decimal number = tide_var_decimal(value);
  if (kind != TIDE_VAR_INT && (kind != TIDE_VAR_DECIMAL || number.scale != 0)) mark(s, k, s->type_code);
  return number;
}

static int64_t variant_i64(source *s, uint32_t k, uint32_t i) {
  tide_decimal number = variant_integer(s, k, i);
  if (number.high != ((int64_t)number.low < 0 ? -1 : 0)) mark(s, k, s->range_code);
  return (int64_t)number.low;
}

static uint64_t variant_u64(source *s, uint32_t k, uint32_t i) {
  tide_decimal number = variant_integer(s, k, i);
  if (number.high != 0) mark(s, k, s->range_code);
  return number.low;
}

static tide_string variant_text(source *s, uint32_t k, uint32_t i) {
  uint32_t kind;
  tide_string value = variant(s, k, i, &kind);
  if (kind != TIDE_VAR_STRING) mark(s, k, s->type_code);
  return tide_var_string(value);
}

/* ---- columns ----------------------------------------------------------------------------------------------------------- */

static void read_f64(source *s, double *out) {
  const double *numbers = tide_f64_vec(s->f, s->column);
  const int64_t *integers = tide_i64_vec(s->f, s->column);
  if (numbers)
    EACH(out[k] = numbers[i]);
  else if (integers)
    EACH(out[k] = (double)integers[i]);
  else if (s->d->type == TIDE_VARIANT)
    EACH(out[k] = variant_number(s, k, i));
  else if (s->d->type == TIDE_DECIMAL128)
    EACH(out[k] = tide_decimal_f64(tide_decimal128(s->f, s->column, i)));
  else
    EACH(out[k] = tide_f64(s->f, s->column, i));
}

static void read_i64(source *s, int64_t *out) {
  const int64_t *integers = tide_i64_vec(s->f, s->column);
  if (integers)
    EACH(out[k] = integers[i]);
  else if (s->d->type == TIDE_VARIANT)
    EACH(out[k] = variant_i64(s, k, i));
  else if (s->d->type == TIDE_U64)
    EACH(if ((out[k] = (int64_t)tide_u64(s->f, s->column, i)) < 0) mark(s, k, s->range_code));
  else
    EACH(out[k] = tide_i64(s->f, s->column, i));
}

static void read_u64(source *s, uint64_t *out) {
  if (s->d->type == TIDE_VARIANT)
    EACH(out[k] = variant_u64(s, k, i));
  else if (s->d->type == TIDE_U64)
    EACH(out[k] = tide_u64(s->f, s->column, i));
  else
    EACH(int64_t value = tide_i64(s->f, s->column, i); if (value < 0) mark(s, k, s->range_code); out[k] = (uint64_t)value);
}

static void read_text(source *s, tide_string *out) {
  if (s->d->type == TIDE_VARIANT)
    EACH(out[k] = variant_text(s, k, i));
  else
    EACH(out[k] = tide_bytes(s->f, s->column, i));
}

/* The buffer holds what is wide; a narrow value takes the place of the first half of the wide ones before it. */
static void narrow_f32(source *s, uint8_t *buffer) {
  for (uint32_t k = 0; k < s->count; k++) {
    double wide = tide_load_f64_(buffer + 8 * (size_t)k);
    float value = (float)wide;
    if (isinf(value) && !isinf(wide)) mark(s, k, s->range_code);
    memcpy(buffer + 4 * (size_t)k, &value, 4);
  }
}

static void narrow_i32(source *s, uint8_t *buffer) {
  for (uint32_t k = 0; k < s->count; k++) {
    int64_t wide = tide_load_i64_(buffer + 8 * (size_t)k);
    int32_t value = (int32_t)(uint32_t)(uint64_t)wide;
    if (value != wide) mark(s, k, s->range_code);
    memcpy(buffer + 4 * (size_t)k, &value, 4);
  }
}

/* Bytes of a column whose values can be used where they are: as many as rows, of the very type, none null. NULL else. */
static const void *in_place(const source *s) {
  static const uint8_t types[] = {0, TIDE_I32, TIDE_I64, TIDE_U64, TIDE_F32, TIDE_F64, 0};
  if (s->column < 0 || s->selection || s->d->nulls || s->count > s->d->len) return NULL;
  if (s->wanted == TIDE_FN_I64 && (s->d->type == TIDE_TIME || s->d->type == TIDE_DURATION))
    return tide_flat_(s->f, s->column, s->d->type);
  return tide_flat_(s->f, s->column, types[s->wanted]);
}

int tide_fn_gather_(tide_fn *fn, uint32_t k, const tide_frame *frame, int32_t column, const uint16_t *selection,
                    uint32_t count) {
  source s = {.f = frame,
              .d = column < 0 ? NULL : tide_col(frame, column),
              .column = column,
              .wanted = fn->signature.types[k],
              .selection = selection,
              .count = count,
              .state = fn->state,
              .type_code = (uint8_t)(TIDE_FN_TYPE | k),
              .range_code = (uint8_t)(TIDE_FN_RANGE | k)};
  uint8_t *buffer = fn->buffers[k];
  fn->values[k] = in_place(&s);
  if (fn->values[k]) return 0;
  fn->values[k] = buffer;
  mark_nulls(&s);
  if (column < 0) return 1;
  if (!fits(s.d->type, s.wanted)) {
    for (uint32_t row = 0; row < count; row++) mark(&s, row, s.type_code);
    return 1;
  }
  switch (s.wanted) {
  case TIDE_FN_F32:
    read_f64(&s, (double *)(void *)buffer);
    narrow_f32(&s, buffer);
    break;
  case TIDE_FN_F64: read_f64(&s, (double *)(void *)buffer); break;
  case TIDE_FN_I32:
    read_i64(&s, (int64_t *)(void *)buffer);
    narrow_i32(&s, buffer);
    break;
  case TIDE_FN_I64: read_i64(&s, (int64_t *)(void *)buffer); break;
  case TIDE_FN_U64: read_u64(&s, (uint64_t *)(void *)buffer); break;
  default: read_text(&s, (tide_string *)(void *)buffer); break;
  }
  return s.marked;
}
