/* Decimal numbers, and whole columns of the types for storage.
 *
 * Single values of the others are read by frame.h: I32, U16, I8 and DURATION by tide_i64, U64 by tide_u64, F32 by tide_f64, FIXED
 * by tide_bytes; LIST and STRUCT by nested.h. As there, a column of -1 is a column of nulls.
 */
#ifndef TIDEMILL_STORAGE_H
#define TIDEMILL_STORAGE_H

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The number (high * 2^64 + low) * 10^-scale. */
typedef struct tide_decimal {
  uint64_t low;
  int64_t high;
  uint32_t scale;
} tide_decimal;

/* A DECIMAL128; 0 for null and other types. */
static inline tide_decimal tide_decimal128(const tide_frame *f, int32_t c, uint32_t i) {
  tide_decimal value = {0, 0, 0};
  tide_string bytes;
  if (tide_type(f, c) != TIDE_DECIMAL128) return value;
  value.scale = tide_col(f, c)->param & 0xFFu;
  bytes = tide_bytes(f, c, i);
  if (bytes.length == 16u) {
    memcpy(&value.low, bytes.data, 8);
    memcpy(&value.high, bytes.data + 8, 8);
  }
  return value;
}

/* The double next to it, give or take the last bit. */
static inline double tide_decimal_f64(tide_decimal value) {
  uint64_t low = value.low, high = (uint64_t)value.high;
  double number, power = 1;
  uint32_t k;
  if (value.high < 0) {
    low = ~low + 1u;
    high = ~high + (low == 0);
  }
  for (k = 0; k < value.scale && k < 64u; k++) power *= 10;
  number = ((double)high * 18446744073709551616.0 + (double)low) / power;
  return value.high < 0 ? -number : number;
}

/* ---- whole columns: a pointer to all values, or NULL when the column is not laid out that way ----------------------------- */

static inline const int32_t *tide_i32_vec(const tide_frame *f, int32_t c) { return (const int32_t *)tide_flat_(f, c, TIDE_I32); }
static inline const uint16_t *tide_u16_vec(const tide_frame *f, int32_t c) {
  return (const uint16_t *)tide_flat_(f, c, TIDE_U16);
}
static inline const int8_t *tide_i8_vec(const tide_frame *f, int32_t c) { return (const int8_t *)tide_flat_(f, c, TIDE_I8); }
static inline const float *tide_f32_vec(const tide_frame *f, int32_t c) { return (const float *)tide_flat_(f, c, TIDE_F32); }
static inline const uint64_t *tide_u64_vec(const tide_frame *f, int32_t c) {
  return (const uint64_t *)tide_flat_(f, c, TIDE_U64);
}
static inline const int64_t *tide_duration_vec(const tide_frame *f, int32_t c) {
  return (const int64_t *)tide_flat_(f, c, TIDE_DURATION);
}

#ifdef __cplusplus
}
#endif
#endif
