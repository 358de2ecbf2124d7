#include "CKernels.h"
#include "clones.h"

#include <tidemill/variant.h>

static uint32_t row_of(tide_k_rows rows, uint32_t i) { return rows.numbers == NULL ? rows.first + i : rows.numbers[i]; }

CLONES void tide_k_load_i64(const tide_frame *frame, int32_t column, tide_k_rows rows, int64_t *out) {
  for (uint32_t i = 0; i < rows.count; i++) out[i] = tide_i64(frame, column, row_of(rows, i));
}

void tide_k_load_u64(const tide_frame *frame, int32_t column, tide_k_rows rows, uint64_t *out) {
  for (uint32_t i = 0; i < rows.count; i++) out[i] = tide_u64(frame, column, row_of(rows, i));
}

CLONES void tide_k_load_f64(const tide_frame *frame, int32_t column, tide_k_rows rows, double *out) {
  for (uint32_t i = 0; i < rows.count; i++) out[i] = tide_f64(frame, column, row_of(rows, i));
}

int tide_k_load_states(const tide_frame *frame, int32_t column, tide_k_rows rows, uint8_t *out) {
  const uint8_t *valid = tide_valid_vec(frame, column);
  uint32_t missing = 0;
  if (column >= 0 && valid == NULL) return 0;
  if (column < 0) {
    memset(out, TIDE_K_MISSING, rows.count);
    return rows.count != 0;
  }
  for (uint32_t i = 0; i < rows.count; i++) {
    uint32_t row = row_of(rows, i), there = (valid[row >> 3] >> (row & 7u)) & 1u;
    out[i] = there ? TIDE_K_VALUE : TIDE_K_MISSING;
    missing += 1u - there;
  }
  return missing != 0;
}

/* A short decimal with a fraction: both parts are exact doubles, so there is one rounding, to the nearest. */
static int short_decimal(tide_decimal value, double *number) {
  static const double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  int64_t digits = (int64_t)value.low;
  if (value.scale == 0 || value.scale > 22 || value.high != (digits < 0 ? -1 : 0)) return 0;
  if (digits > 9007199254740992 || digits < -9007199254740992) return 0;
  *number = (double)digits / powers[value.scale];
  return 1;
}

/* 1 and the number when a double holds it exactly, or to the nearest of a short decimal. Others are left to who rounds them. */
static int variant_f64(tide_string value, double *number) {
  int64_t whole;
  switch (tide_var_kind(value)) {
  case TIDE_VAR_DOUBLE: *number = tide_var_f64(value); return 1;
  case TIDE_VAR_INT:
    whole = tide_var_i64(value);
    *number = (double)whole;
    return *number < 9223372036854775808.0 && (int64_t)*number == whole;
  case TIDE_VAR_DECIMAL: return short_decimal(tide_var_decimal(value), number);
  default: return 0;
  }
}

int tide_k_load_variant_f64(const tide_frame *frame, int32_t column, tide_k_rows rows, double *out, uint8_t *states) {
  uint32_t lacking = 0;
  for (uint32_t i = 0; i < rows.count; i++) {
    tide_string keys, value = tide_var(frame, column, row_of(rows, i), &keys);
    out[i] = 0;
    states[i] = TIDE_K_VALUE;
    if (variant_f64(value, out + i)) continue;
    out[i] = 0;
    states[i] = tide_var_kind(value) == TIDE_VAR_NULL ? TIDE_K_NULL : TIDE_K_MISSING;
    lacking = 1;
  }
  return lacking != 0;
}

int tide_k_load_variant_states(const tide_frame *frame, int32_t column, tide_k_rows rows, uint8_t *out) {
  uint32_t lacking = 0;
  for (uint32_t i = 0; i < rows.count; i++) {
    tide_string keys, value = tide_var(frame, column, row_of(rows, i), &keys);
    uint32_t kind = tide_var_kind(value);
    out[i] = kind == TIDE_VAR_ABSENT ? TIDE_K_MISSING : kind == TIDE_VAR_NULL ? TIDE_K_NULL : TIDE_K_VALUE;
    lacking |= out[i];
  }
  return lacking != 0;
}

void tide_k_find_nulls(const tide_frame *frame, int32_t column, int64_t key, tide_k_rows rows, uint8_t *states) {
  for (uint32_t i = 0; i < rows.count; i++) {
    tide_string keys, value;
    if (states[i] != TIDE_K_MISSING) continue;
    value = tide_var(frame, column, row_of(rows, i), &keys);
    if (tide_var_kind(tide_var_field(value, key)) == TIDE_VAR_NULL) states[i] = TIDE_K_NULL;
  }
}

void tide_k_load_texts(const tide_frame *frame, int32_t column, tide_k_rows rows, tide_string *out) {
  for (uint32_t i = 0; i < rows.count; i++) out[i] = tide_bytes(frame, column, row_of(rows, i));
}

CLONES void tide_k_look_up(const uint16_t *codes, tide_k_rows rows, const uint8_t *verdicts, uint8_t *out) {
  if (rows.numbers == NULL)
    for (uint32_t i = 0; i < rows.count; i++) out[i] = verdicts[codes[rows.first + i]];
  else
    for (uint32_t i = 0; i < rows.count; i++) out[i] = verdicts[codes[rows.numbers[i]]];
}

CLONES void tide_k_match_code(const uint16_t *codes, tide_k_rows rows, uint16_t code, int negated, uint8_t *out) {
  uint8_t yes = negated ? TIDE_K_FALSE : TIDE_K_TRUE, no = negated ? TIDE_K_TRUE : TIDE_K_FALSE;
  if (rows.numbers == NULL)
    for (uint32_t i = 0; i < rows.count; i++) out[i] = codes[rows.first + i] == code ? yes : no;
  else
    for (uint32_t i = 0; i < rows.count; i++) out[i] = codes[rows.numbers[i]] == code ? yes : no;
}

void tide_k_match_text(const tide_frame *frame, int32_t column, tide_k_rows rows, tide_string text, int negated, uint8_t *out) {
  for (uint32_t i = 0; i < rows.count; i++) {
    tide_string own = tide_bytes(frame, column, row_of(rows, i));
    int same = own.length == text.length && (text.length == 0 || memcmp(own.data, text.data, (size_t)text.length) == 0);
    out[i] = same != negated ? TIDE_K_TRUE : TIDE_K_FALSE;
  }
}

uint32_t tide_k_select(const uint8_t *mask, tide_k_rows rows, uint16_t *out, uint16_t *erring, uint32_t *errors) {
  uint32_t found = 0, bad = 0;
  if (rows.numbers == NULL)
    for (uint32_t i = 0; i < rows.count; i++) {
      out[found] = (uint16_t)(rows.first + i);
      found += mask[i] >> 1;
      bad += mask[i] == TIDE_K_ERROR;
    }
  else
    for (uint32_t i = 0; i < rows.count; i++) {
      out[found] = rows.numbers[i];
      found += mask[i] >> 1;
      bad += mask[i] == TIDE_K_ERROR;
    }
  if (erring != NULL && bad != 0) {
    uint32_t at = *errors;
    for (uint32_t i = 0; i < rows.count; i++)
      if (mask[i] == TIDE_K_ERROR) erring[at++] = (uint16_t)row_of(rows, i);
  }
  *errors += bad;
  return found;
}
