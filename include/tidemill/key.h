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

/* Canonical bytes of the value of column c in row i: a tag, then the value. 0 null or absent; 1 false; 2 true; 3 i64 (every
 * integer and DURATION, and a double equal to one); 4 f64 (one NaN); 5 UTF-8; 6 binary (a VARIANT's value too); 7 time. A
 * value of FIXED, LIST, STRUCT, U64 or DECIMAL128 counts as absent: frame.h does not read it, and no valid frame has one.
 * Returns the length; writes only when it fits into `capacity`. Fixed-size keys need 9 bytes. */
static inline uint64_t tide_key_bytes(const tide_frame *f, int32_t c, uint32_t i, uint8_t *into, uint64_t capacity) {
  uint8_t buffer[9];
  uint64_t length = 1;
  int64_t integer;
  double number;
  tide_string text;
  if (!tide_valid(f, c, i)) {
    buffer[0] = 0;
  } else {
    switch (tide_type(f, c)) {
    case TIDE_BOOL: buffer[0] = tide_bool(f, c, i) ? 2 : 1; break;
    case TIDE_I64:
    case TIDE_I32:
    case TIDE_U16:
    case TIDE_I8:
    case TIDE_DURATION:
    case TIDE_TIME:
      integer = tide_i64(f, c, i);
      buffer[0] = tide_type(f, c) == TIDE_TIME ? 7 : 3;
      memcpy(buffer + 1, &integer, 8);
      length = 9;
      break;
    case TIDE_F64:
    case TIDE_F32:
      number = tide_f64(f, c, i);
      length = 9;
      if (number >= -9223372036854775808.0 && number < 9223372036854775808.0 && (double)(int64_t)number == number) {
        integer = (int64_t)number;
        buffer[0] = 3;
        memcpy(buffer + 1, &integer, 8);
      } else {
        uint64_t nan = 0x7FF8000000000000ull;
        buffer[0] = 4;
        if (number != number)
          memcpy(buffer + 1, &nan, 8);
        else
          memcpy(buffer + 1, &number, 8);
      }
      break;
    case TIDE_UTF8:
    case TIDE_BINARY:
    case TIDE_VARIANT:
      text = tide_bytes(f, c, i);
      length = 1 + text.length;
      if (length <= capacity) {
        into[0] = tide_type(f, c) == TIDE_UTF8 ? 5 : 6;
        if (text.length) memcpy(into + 1, text.data, (size_t)text.length);
      }
      return length;
    default: buffer[0] = 0;
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
  if (capacity) into[0] = 8;
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
