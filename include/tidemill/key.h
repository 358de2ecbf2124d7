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
#define TIDE_KEY_NESTED 11

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
/* The number high:low (an i128) times 10 to the power of -scale. Of up to 15 digits it is written as the double next to it is, and
 * that is the quotient of two exact doubles. */
static inline uint64_t tide_key_decimal_(uint8_t *into, uint64_t low, uint64_t high, uint8_t scale) {
  static const double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  int negative = high >> 63 != 0;
  double number;
  if (negative) {
    low = ~low + 1u;
    high = ~high + (low == 0);
  }
  while (scale > 0 && tide_key_tenth_(&high, &low)) scale--;
  if (scale > 0 && scale <= 22u && high == 0 && low < 1000000000000000u) {
    number = (double)low / powers[scale];
    return tide_key_double_(into, negative ? -number : number);
  }
  if (scale == 0 && high == 0 && !negative) return tide_key_unsigned_(into, low);
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
static inline uint64_t tide_key_text_(uint8_t *into, uint64_t capacity, uint8_t tag, const void *bytes, uint64_t length) {
  if (length < capacity) {
    into[0] = tag;
    if (length) memcpy(into + 1, bytes, (size_t)length);
  }
  return 1 + length;
}
/* A time or span in ns, the nearest that an i64 holds. */
static inline int64_t tide_key_scaled_(int64_t count, int64_t unit) {
  if (count > INT64_MAX / unit) return INT64_MAX;
  return count < INT64_MIN / unit ? INT64_MIN : count * unit;
}

/* Canonical bytes of one value in Variant encoding, `value.length` bytes: those of the same value in a column of its own type. A
 * date or time is a TIME, a time of day a DURATION, a UUID a FIXED of 16 bytes. A list or an object has tag 11 and its bytes: its
 * names are numbers that mean something in its frame alone, so keys of one frame may be compared. So have bytes that are no value;
 * no bytes are null. Returns the length; writes only when it fits into `capacity`. */
TIDE_APART_ uint64_t tide_key_variant(tide_string value, uint8_t *into, uint64_t capacity) {
  /* Bytes behind the head, by the number of the type; texts have the length's. */
  static const uint8_t sizes[] = {0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 4, 4, 8, 8, 8, 16};
  const uint8_t *at;
  uint8_t buffer[18];
  uint64_t length = 1, low, high;
  uint32_t head = value.length ? (uint8_t)value.data[0] : 0u, type = head >> 2, size;
  int64_t word = 0;
  float single;
  if (value.length == 0) value.data = "\0"; /* null */
  at = (const uint8_t *)value.data + 1;
  if ((head & 3u) == 1u && type < value.length) return tide_key_text_(into, capacity, TIDE_KEY_TEXT, at, type);
  if ((head & 3u) != 0 || type >= sizeof sizes || (type > 0 && sizes[type] >= value.length))
    return tide_key_text_(into, capacity, TIDE_KEY_NESTED, value.data, value.length);
  switch (type) {
  case 1: buffer[0] = TIDE_KEY_TRUE; break;
  case 2: buffer[0] = TIDE_KEY_FALSE; break;
  case 3: word = (int8_t)at[0]; break;
  case 4: word = (int16_t)tide_load_u16_(at); break;
  case 5: word = tide_load_i32_(at); break;
  case 6: word = tide_load_i64_(at); break;
  case 7: length = tide_key_double_(buffer, tide_load_f64_(at)); break;
  case 14:
    memcpy(&single, at, 4);
    length = tide_key_double_(buffer, (double)single);
    break;
  case 8:
  case 9:
  case 10: /* a decimal of 4, 8 or 16 bytes behind its scale */
    word = type == 8 ? tide_load_i32_(at + 1) : tide_load_i64_(at + 1);
    low = (uint64_t)word;
    high = type == 10 ? (uint64_t)tide_load_i64_(at + 9) : word < 0 ? ~(uint64_t)0 : 0u;
    length = tide_key_decimal_(buffer, low, high, at[0]);
    break;
  case 11: word = tide_key_scaled_(tide_load_i32_(at), 86400000000000); break; /* days */
  case 12:
  case 13:
  case 17: word = tide_key_scaled_(tide_load_i64_(at), 1000); break; /* us */
  case 18:
  case 19: word = tide_load_i64_(at); break; /* ns */
  case 15:
  case 16:
    size = (uint32_t)tide_load_i32_(at);
    if (size > value.length - 5u) return tide_key_text_(into, capacity, TIDE_KEY_NESTED, value.data, value.length);
    return tide_key_text_(into, capacity, type == 16 ? TIDE_KEY_TEXT : TIDE_KEY_BINARY, at + 4, size);
  case 20: return tide_key_text_(into, capacity, TIDE_KEY_BINARY, at, 16);
  default: buffer[0] = TIDE_KEY_NULL; break;
  }
  if ((type >= 3 && type <= 6) || type == 17) length = tide_key_word_(buffer, TIDE_KEY_INTEGER, &word);
  if ((type >= 11 && type <= 13) || type == 18 || type == 19) length = tide_key_word_(buffer, TIDE_KEY_TIME, &word);
  if (length <= capacity) memcpy(into, buffer, (size_t)length);
  return length;
}

/* Canonical bytes of the value of column c in row i: a tag, then the value. 0 null or absent, also null in a VARIANT; 1 false;
 * 2 true; 3 i64 (every integer and DURATION, a double or decimal equal to one); 4 f64 (one NaN, a decimal with a fraction of up to
 * 15 digits and 22 places, another whole number equal to it that a U64 holds); 5 UTF-8; 6 binary (FIXED too); 7 time; 9 another
 * whole number that a U64 holds; 10 another decimal, its scale (u8) and i128 without zeros at the end; 11 a list or object in a
 * VARIANT, whose other values have the bytes of tide_key_variant. A LIST or STRUCT counts as absent. Returns the length; writes
 * only when it fits into `capacity`. Keys of numbers need at most 18 bytes. */
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
      length = tide_key_decimal_(buffer, (uint64_t)tide_load_i64_((const uint8_t *)text.data),
                                 (uint64_t)tide_load_i64_((const uint8_t *)text.data + 8), (uint8_t)(tide_col(f, c)->param & 0xFFu));
      break;
    case TIDE_UTF8:
    case TIDE_BINARY:
    case TIDE_FIXED:
      text = tide_bytes(f, c, i);
      return tide_key_text_(into, capacity, type == TIDE_UTF8 ? TIDE_KEY_TEXT : TIDE_KEY_BINARY, text.data, text.length);
    case TIDE_VARIANT: return tide_key_variant(tide_bytes(f, c, i), into, capacity);
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
