/* Keys: the bytes that stand for a value, the same on every host, and the group that they belong to. Included by frame.h. */
#ifndef TIDEMILL_KEY_H
#define TIDEMILL_KEY_H

#include "frame.h"
#include "hash.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_KEY_GROUPS 128u
/* Key group of key bytes: 0..127, the same on every host. */
static inline uint32_t tide_key_group(const void *key, uint64_t length) { return (uint32_t)(tide_xxh64(key, length, 0) >> 57); }

/* Tags before the values of canonical key bytes. */
#define TIDE_KEY_NULL 0
#define TIDE_KEY_FALSE 1
#define TIDE_KEY_TRUE 2
#define TIDE_KEY_INTEGER 3
#define TIDE_KEY_DOUBLE 4
#define TIDE_KEY_TEXT 5
#define TIDE_KEY_BINARY 6
#define TIDE_KEY_TIME 7
#define TIDE_KEY_SEVERAL 8
#define TIDE_KEY_UNSIGNED 9
#define TIDE_KEY_DECIMAL 10

static inline uint64_t tide_key_word_(uint8_t *into, uint8_t tag, const void *word) {
  into[0] = tag;
  memcpy(into + 1, word, 8);
  return 9;
}
static inline uint64_t tide_key_double_(uint8_t *into, double number) {
  uint64_t nan = 0x7FF8000000000000ull;
  int64_t integer;
  if (number >= -9223372036854775808.0 && number < 9223372036854775808.0 && (double)(int64_t)number == number) {
    integer = (int64_t)number;
    return tide_key_word_(into, TIDE_KEY_INTEGER, &integer);
  }
  return tide_key_word_(into, TIDE_KEY_DOUBLE, number != number ? (const void *)&nan : (const void *)&number);
}
static inline uint64_t tide_key_unsigned_(uint8_t *into, uint64_t number) {
  double nearest = (double)number;
  if (number <= INT64_MAX) return tide_key_word_(into, TIDE_KEY_INTEGER, &number);
  if (nearest < 18446744073709551616.0 && (uint64_t)nearest == number) return tide_key_double_(into, nearest);
  return tide_key_word_(into, TIDE_KEY_UNSIGNED, &number);
}
/* Divides the magnitude high:low by 10 when nothing is left over. */
static inline int tide_key_tenth_(uint64_t *high, uint64_t *low) {
  uint64_t part[4], rest = 0;
  int k;
  part[0] = *high >> 32;
  part[1] = *high & 0xFFFFFFFFu;
  part[2] = *low >> 32;
  part[3] = *low & 0xFFFFFFFFu;
  for (k = 0; k < 4; k++) {
    rest = rest << 32 | part[k];
    part[k] = rest / 10u;
    rest %= 10u;
  }
  if (rest) return 0;
  *high = part[0] << 32 | part[1];
  *low = part[2] << 32 | part[3];
  return 1;
}
static inline uint64_t tide_key_decimal_(uint8_t *into, const char *bytes, uint8_t scale) {
  uint64_t low, high;
  int negative;
  memcpy(&low, bytes, 8);
  memcpy(&high, bytes + 8, 8);
  negative = high >> 63 != 0;
  if (negative) {
    low = ~low + 1u;
    high = ~high + (low == 0);
  }
  while (scale > 0 && tide_key_tenth_(&high, &low)) scale--;
  if (negative) {
    low = ~low + 1u;
    high = ~high + (low == 0);
  }
  if (scale == 0 && high == (low >> 63 ? ~(uint64_t)0 : 0u)) return tide_key_word_(into, TIDE_KEY_INTEGER, &low);
  into[0] = TIDE_KEY_DECIMAL;
  into[1] = scale;
  memcpy(into + 2, &low, 8);
  memcpy(into + 10, &high, 8);
  return 18;
}

/* Canonical bytes of the value of column c in row i: a tag, then the value. 0 null or absent, also null in a VARIANT; 1 false;
 * 2 true; 3 i64 (every integer and DURATION, a double or decimal equal to one); 4 f64 (one NaN, a U64 above i64 that is equal to a
 * double); 5 UTF-8; 6 binary (FIXED and a VARIANT's value too); 7 time; 9 another U64; 10 another decimal, its scale (u8) and i128
 * without zeros at the end. A LIST or STRUCT counts as absent. Returns the length; writes only when it fits into `capacity`. Keys
 * of numbers need at most 18 bytes. */
static inline uint64_t tide_key_bytes(const tide_frame *f, int32_t c, uint32_t i, uint8_t *into, uint64_t capacity) {
  uint8_t buffer[18];
  uint64_t length = 1;
  int64_t integer;
  tide_string text;
  uint32_t type = tide_type(f, c);
  buffer[0] = TIDE_KEY_NULL;
  if (tide_valid(f, c, i)) {
    switch (type) {
    case TIDE_BOOL: buffer[0] = tide_bool(f, c, i) ? TIDE_KEY_TRUE : TIDE_KEY_FALSE; break;
    case TIDE_I64:
    case TIDE_I32:
    case TIDE_U16:
    case TIDE_I8:
    case TIDE_DURATION:
    case TIDE_TIME:
      integer = tide_i64(f, c, i);
      length = tide_key_word_(buffer, type == TIDE_TIME ? TIDE_KEY_TIME : TIDE_KEY_INTEGER, &integer);
      break;
    case TIDE_U64: length = tide_key_unsigned_(buffer, tide_u64(f, c, i)); break;
    case TIDE_F64:
    case TIDE_F32: length = tide_key_double_(buffer, tide_f64(f, c, i)); break;
    case TIDE_DECIMAL128:
      text = tide_bytes(f, c, i);
      length = tide_key_decimal_(buffer, text.data, (uint8_t)(tide_col(f, c)->param & 0xFFu));
      break;
    case TIDE_UTF8:
    case TIDE_BINARY:
    case TIDE_FIXED:
    case TIDE_VARIANT:
      text = tide_bytes(f, c, i);
      if (type == TIDE_VARIANT && text.length == 1 && text.data[0] == 0) break; /* its null */
      length = 1 + text.length;
      if (length <= capacity) {
        into[0] = type == TIDE_UTF8 ? TIDE_KEY_TEXT : TIDE_KEY_BINARY;
        if (text.length) memcpy(into + 1, text.data, (size_t)text.length);
      }
      return length;
    default: break;
    }
  }
  if (length <= capacity) memcpy(into, buffer, (size_t)length);
  return length;
}

/* Canonical bytes of a composite key: tag 8, then for each part its length (u32) and bytes. One column gives that column's own
 * bytes. Returns the length; the bytes are complete only when it is <= capacity. */
static inline uint64_t tide_key_bytes_n(const tide_frame *f, const int32_t *columns, uint32_t count, uint32_t i, uint8_t *into,
                                        uint64_t capacity) {
  uint64_t at = 1;
  uint32_t k, part32;
  if (count == 1) return tide_key_bytes(f, columns[0], i, into, capacity);
  if (capacity) into[0] = TIDE_KEY_SEVERAL;
  for (k = 0; k < count; k++) {
    uint64_t room = at + 4 <= capacity ? capacity - at - 4 : 0;
    uint64_t part = tide_key_bytes(f, columns[k], i, room ? into + at + 4 : NULL, room);
    part32 = (uint32_t)part;
    if (at + 4 <= capacity) memcpy(into + at, &part32, 4);
    at += 4 + part;
  }
  return at;
}

#ifdef __cplusplus
}
#endif
#endif
