/* Values of VARIANT columns: JSON-like trees in Parquet's Variant encoding, read in place without allocating.
 *
 *   int64_t level = tide_var_key(tide_var_dictionary(f, column), "level", 5);     once a frame: all its rows share the keys
 *   tide_string keys, value = tide_var_field(tide_var(f, column, row, &keys), level);     each row
 *   if (tide_var_kind(value) == TIDE_VAR_INT) sum += tide_var_i64(value);
 *
 * A value is the bytes from its first one on, borrowed from the frame; it knows its own length, tide_var_size. Every reader takes
 * constant time, but for the search of a name among the keys and of a field among the fields, which halve. Bytes that are no
 * value, and the empty value, read as absent: nothing leaves the bytes that were given, whatever they are.
 */
#ifndef TIDEMILL_VARIANT_H
#define TIDEMILL_VARIANT_H

#include "storage.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_VAR_ABSENT 0 /* no value, not even null */
#define TIDE_VAR_NULL 1
#define TIDE_VAR_BOOL 2
#define TIDE_VAR_INT 3
#define TIDE_VAR_DOUBLE 4 /* and float */
#define TIDE_VAR_DECIMAL 5
#define TIDE_VAR_TIME 6     /* a date, or a date and a time */
#define TIDE_VAR_DAY_TIME 7 /* a time of day, in microseconds */
#define TIDE_VAR_STRING 8
#define TIDE_VAR_BINARY 9
#define TIDE_VAR_UUID 10
#define TIDE_VAR_OBJECT 11
#define TIDE_VAR_ARRAY 12

/* Numbers of the primitive types in Parquet's encoding. */
#define TIDE_VAR_TYPES_ 21u
#define TIDE_VAR_TRUE_ 1u
#define TIDE_VAR_I8_ 3u
#define TIDE_VAR_I64_ 6u
#define TIDE_VAR_DOUBLE_ 7u
#define TIDE_VAR_DECIMAL4_ 8u
#define TIDE_VAR_DECIMAL16_ 10u
#define TIDE_VAR_DATE_ 11u
#define TIDE_VAR_FLOAT_ 14u
#define TIDE_VAR_BINARY_ 15u
#define TIDE_VAR_STRING_ 16u
#define TIDE_VAR_NANOS_ 18u
#define TIDE_VAR_NANOS_NTZ_ 19u
#define TIDE_VAR_UUID_ 20u

/* ---- kinds ------------------------------------------------------------------------------------------------------------- */

static inline tide_string tide_var_none_(void) {
  tide_string none;
  none.data = "";
  none.length = 0;
  return none;
}

/* Number of the primitive type, TIDE_VAR_TYPES_ when the value is of none or its bytes are not all there. */
static inline uint32_t tide_var_primitive_(tide_string v) {
  static const uint8_t size[TIDE_VAR_TYPES_] = {0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 4, 4, 8, 8, 8, 16};
  uint32_t head, type;
  if (v.length == 0) return TIDE_VAR_TYPES_;
  head = (uint8_t)v.data[0];
  type = head >> 2;
  return (head & 3u) == 0 && type < TIDE_VAR_TYPES_ && size[type] < v.length ? type : TIDE_VAR_TYPES_;
}

/* TIDE_VAR_*, from the first byte alone. */
static inline uint32_t tide_var_kind(tide_string v) {
  static const uint8_t kinds[TIDE_VAR_TYPES_] = {
      TIDE_VAR_NULL,    TIDE_VAR_BOOL,   TIDE_VAR_BOOL,   TIDE_VAR_INT,     TIDE_VAR_INT,     TIDE_VAR_INT,  TIDE_VAR_INT,
      TIDE_VAR_DOUBLE,  TIDE_VAR_DECIMAL, TIDE_VAR_DECIMAL, TIDE_VAR_DECIMAL, TIDE_VAR_TIME,    TIDE_VAR_TIME, TIDE_VAR_TIME,
      TIDE_VAR_DOUBLE,  TIDE_VAR_BINARY, TIDE_VAR_STRING, TIDE_VAR_DAY_TIME, TIDE_VAR_TIME,    TIDE_VAR_TIME, TIDE_VAR_UUID};
  uint32_t head;
  if (v.length == 0) return TIDE_VAR_ABSENT;
  head = (uint8_t)v.data[0];
  switch (head & 3u) {
  case 1: return TIDE_VAR_STRING;
  case 2: return TIDE_VAR_OBJECT;
  case 3: return TIDE_VAR_ARRAY;
  default: return head >> 2 < TIDE_VAR_TYPES_ ? kinds[head >> 2] : TIDE_VAR_ABSENT;
  }
}

/* ---- scalars ----------------------------------------------------------------------------------------------------------- */

static inline uint32_t tide_var_load_(const char *p, uint32_t width) {
  const uint8_t *b = (const uint8_t *)p;
  uint32_t value;
  if (width == 1u) return b[0];
  value = tide_load_u16_(b);
  if (width > 2u) value |= (uint32_t)b[2] << 16;
  if (width > 3u) value |= (uint32_t)b[3] << 24;
  return value;
}

/* An INT, or a BOOL as 0 or 1; 0 for other kinds. */
static inline int64_t tide_var_i64(tide_string v) {
  uint32_t type = tide_var_primitive_(v);
  int16_t half;
  switch (type) {
  case TIDE_VAR_TRUE_: return 1;
  case TIDE_VAR_I8_: return (int8_t)v.data[1];
  case 4: memcpy(&half, v.data + 1, 2); return half;
  case 5: return tide_load_i32_((const uint8_t *)v.data + 1);
  case TIDE_VAR_I64_: return tide_load_i64_((const uint8_t *)v.data + 1);
  default: return 0;
  }
}

static inline int tide_var_bool(tide_string v) { return tide_var_primitive_(v) == TIDE_VAR_TRUE_; }

/* A DECIMAL, or an INT with scale 0; 0 for other kinds. */
static inline tide_decimal tide_var_decimal(tide_string v) {
  tide_decimal value = {0, 0, 0};
  uint32_t type = tide_var_primitive_(v);
  const uint8_t *p = (const uint8_t *)v.data + 2;
  int64_t small;
  if (type < TIDE_VAR_DECIMAL4_ || type > TIDE_VAR_DECIMAL16_) {
    small = tide_var_kind(v) == TIDE_VAR_INT ? tide_var_i64(v) : 0;
  } else {
    value.scale = (uint8_t)v.data[1];
    small = type == TIDE_VAR_DECIMAL4_ ? tide_load_i32_(p) : tide_load_i64_(p);
    if (type == TIDE_VAR_DECIMAL16_) {
      value.low = (uint64_t)small;
      value.high = tide_load_i64_(p + 8);
      return value;
    }
  }
  value.low = (uint64_t)small;
  value.high = small < 0 ? -1 : 0;
  return value;
}

/* tide_var_f64 of what is no double. */
static inline double tide_var_f64_any_(tide_string v) {
  uint32_t type = tide_var_primitive_(v);
  float single;
  if (type == TIDE_VAR_FLOAT_) {
    memcpy(&single, v.data + 1, 4);
    return single;
  }
  if (type >= TIDE_VAR_DECIMAL4_ && type <= TIDE_VAR_DECIMAL16_) return tide_decimal_f64(tide_var_decimal(v));
  return type >= TIDE_VAR_I8_ && type <= TIDE_VAR_I64_ ? (double)tide_var_i64(v) : 0;
}

/* A number of any kind as a double, near enough; 0 for other kinds. */
static inline double tide_var_f64(tide_string v) {
  if (v.length >= 9u && v.data[0] == TIDE_VAR_DOUBLE_ << 2) return tide_load_f64_((const uint8_t *)v.data + 1);
  return TIDE_USUAL_(v.length == 0) ? 0 : tide_var_f64_any_(v);
}

/* A TIME in nanoseconds since the epoch, UTC, at most the greatest i64; 0 for other kinds. */
static inline int64_t tide_var_time(tide_string v) {
  uint32_t type = tide_var_primitive_(v);
  int64_t count, unit = 1000;
  if (tide_var_kind(v) != TIDE_VAR_TIME || type == TIDE_VAR_TYPES_) return 0;
  if (type == TIDE_VAR_DATE_) {
    count = tide_load_i32_((const uint8_t *)v.data + 1);
    unit = 86400000000000;
  } else {
    count = tide_load_i64_((const uint8_t *)v.data + 1);
    if (type == TIDE_VAR_NANOS_ || type == TIDE_VAR_NANOS_NTZ_) return count;
  }
  if (count > INT64_MAX / unit) return INT64_MAX;
  return count < INT64_MIN / unit ? INT64_MIN : count * unit;
}

/* Text of a STRING; empty for other kinds. */
static inline tide_string tide_var_string(tide_string v) {
  tide_string text = tide_var_none_();
  uint64_t length, head = 5;
  if (v.length == 0) return text;
  if (((uint8_t)v.data[0] & 3u) == 1u) {
    length = (uint8_t)v.data[0] >> 2;
    head = 1;
  } else {
    if (tide_var_primitive_(v) != TIDE_VAR_STRING_) return text;
    length = tide_var_load_(v.data + 1, 4);
  }
  if (length > v.length - head) return text;
  text.data = v.data + head;
  text.length = length;
  return text;
}

/* Bytes of a BINARY, or the 16 of a UUID; empty for other kinds. */
static inline tide_string tide_var_binary(tide_string v) {
  tide_string bytes = tide_var_none_();
  uint32_t type = tide_var_primitive_(v);
  uint64_t length;
  if (type == TIDE_VAR_UUID_) {
    bytes.data = v.data + 1;
    bytes.length = 16;
  } else if (type == TIDE_VAR_BINARY_ && (length = tide_var_load_(v.data + 1, 4)) <= v.length - 5u) {
    bytes.data = v.data + 5;
    bytes.length = length;
  }
  return bytes;
}

/* ---- keys -------------------------------------------------------------------------------------------------------------- */

/* The key dictionary that all rows of a VARIANT column share; empty for other types. */
static inline tide_string tide_var_dictionary(const tide_frame *f, int32_t c) {
  return tide_type(f, c) == TIDE_VARIANT ? tide_bytes(f, (int32_t)tide_col(f, c)->dict, 0) : tide_var_none_();
}

/* Number of names in a key dictionary. */
static inline uint32_t tide_var_keys(tide_string keys) {
  uint32_t width, count;
  if (keys.length == 0) return 0;
  width = ((uint8_t)keys.data[0] >> 6) + 1u;
  if (keys.length < 1u + width) return 0;
  count = tide_var_load_(keys.data + 1, width);
  return 1u + width * ((uint64_t)count + 2u) <= keys.length ? count : 0u;
}

/* Name number `id`; empty when there are fewer. */
static inline tide_string tide_var_key_name(tide_string keys, int64_t id) {
  tide_string name = tide_var_none_();
  uint32_t count = tide_var_keys(keys), width, from, to;
  uint64_t room;
  const char *offsets;
  if (id < 0 || id >= (int64_t)count) return name;
  width = ((uint8_t)keys.data[0] >> 6) + 1u;
  offsets = keys.data + 1u + width;
  room = keys.length - (1u + width * ((uint64_t)count + 2u));
  from = tide_var_load_(offsets + width * (uint64_t)id, width);
  to = tide_var_load_(offsets + width * ((uint64_t)id + 1u), width);
  if (from > to || to > room) return name;
  name.data = keys.data + (keys.length - room) + from;
  name.length = to - from;
  return name;
}

/* Id of a name, by which tide_var_field finds its values; -1 when no value of the column has it. */
static inline int64_t tide_var_key(tide_string keys, const char *name, uint64_t length) {
  int64_t low = 0, high = tide_var_keys(keys), middle;
  while (low < high) {
    tide_string found = tide_var_key_name(keys, middle = low + (high - low) / 2);
    uint64_t shared = found.length < length ? found.length : length;
    int order = shared ? memcmp(found.data, name, (size_t)shared) : 0;
    if (order == 0 && found.length == length) return middle;
    if (order < 0 || (order == 0 && found.length < length))
      low = middle + 1;
    else
      high = middle;
  }
  return -1;
}

/* ---- objects and arrays -------------------------------------------------------------------------------------------------- */

/* The parts of an OBJECT or ARRAY; `values` is NULL for other kinds. */
typedef struct tide_var_box {
  const char *ids, *offsets, *values;
  uint64_t size; /* bytes of the values */
  uint32_t count, id_width, offset_width;
} tide_var_box;

static inline tide_var_box tide_var_open(tide_string v) {
  tide_var_box box = {NULL, NULL, NULL, 0, 0, 0, 0};
  uint32_t head, large, is_object, count;
  uint64_t start, last;
  if (v.length < 3u) return box;
  head = (uint8_t)v.data[0];
  if ((head & 3u) < 2u) return box;
  is_object = (head & 3u) == 2u;
  large = head >> (is_object ? 6 : 4) & 1u;
  if (large && v.length < 5u) return box;
  count = tide_var_load_(v.data + 1, large ? 4 : 1);
  box.offset_width = (head >> 2 & 3u) + 1u;
  box.id_width = is_object ? (head >> 4 & 3u) + 1u : 0u;
  box.ids = v.data + (large ? 5 : 2);
  start = (large ? 5u : 2u) + (uint64_t)count * box.id_width + ((uint64_t)count + 1u) * box.offset_width;
  if (start > v.length) return box;
  box.offsets = box.ids + (uint64_t)count * box.id_width;
  box.values = v.data + start;
  box.count = count;
  last = tide_var_load_(box.offsets + (uint64_t)count * box.offset_width, box.offset_width);
  box.size = last < v.length - start ? last : v.length - start;
  return box;
}

/* Bytes that the value takes, of those given. */
static inline uint64_t tide_var_size(tide_string v) {
  static const uint8_t size[TIDE_VAR_TYPES_] = {1, 1, 1, 2, 3, 5, 9, 9, 6, 10, 18, 5, 9, 9, 5, 5, 5, 9, 9, 9, 17};
  uint32_t head, type;
  uint64_t length = 1;
  if (v.length == 0) return 0;
  head = (uint8_t)v.data[0];
  type = head >> 2;
  if ((head & 3u) == 0) {
    if (type < TIDE_VAR_TYPES_) length = size[type];
    if ((type == TIDE_VAR_BINARY_ || type == TIDE_VAR_STRING_) && v.length >= 5u) length += tide_var_load_(v.data + 1, 4);
  } else if ((head & 3u) == 1u) {
    length += type;
  } else {
    tide_var_box box = tide_var_open(v);
    if (box.values) length = (uint64_t)(box.values - v.data) + box.size;
  }
  return length < v.length ? length : v.length;
}

/* The k-th value in a box; absent when there are fewer. */
static inline tide_string tide_var_in_(const tide_var_box *box, uint32_t k) {
  tide_string value = tide_var_none_();
  uint64_t offset;
  if (k >= box->count || box->values == NULL) return value;
  offset = tide_var_load_(box->offsets + (uint64_t)k * box->offset_width, box->offset_width);
  if (offset >= box->size) return value;
  value.data = box->values + offset;
  value.length = box->size - offset;
  return value;
}

/* Elements of an ARRAY, fields of an OBJECT; 0 for other kinds. */
static inline uint32_t tide_var_count(tide_string v) {
  tide_var_box box = tide_var_open(v);
  return box.values ? box.count : 0u;
}

/* The k-th element of an ARRAY, or the value of an OBJECT's k-th field; absent when there are fewer. */
static inline tide_string tide_var_at(tide_string v, uint32_t k) {
  tide_var_box box = tide_var_open(v);
  return tide_var_in_(&box, k);
}

/* Id of the k-th field's name, in ascending order; -1 when there are fewer. */
static inline int64_t tide_var_id_at(tide_string v, uint32_t k) {
  tide_var_box box = tide_var_open(v);
  if (k >= box.count || box.values == NULL || box.id_width == 0) return -1;
  return (int64_t)tide_var_load_(box.ids + (uint64_t)k * box.id_width, box.id_width);
}

/* Where an id stands among `count` ascending ones that do not repeat, -1 when it is not there. An object that lacks few of the
 * names leaves few places to look at: often one. */
static inline int64_t tide_var_search_(const char *ids, uint32_t count, uint32_t width, int64_t id) {
  int64_t low, high = (int64_t)count - 1, middle, found;
  if (count == 0 || id < 0) return -1;
  low = high - ((int64_t)tide_var_load_(ids + (uint64_t)high * width, width) - id);
  if (low < 0) low = 0;
  if (high > id) high = id;
  while (low <= high) {
    middle = low + (high - low) / 2;
    found = (int64_t)tide_var_load_(ids + (uint64_t)middle * width, width);
    if (found == id) return middle;
    if (found < id)
      low = middle + 1;
    else
      high = middle - 1;
  }
  return -1;
}

/* tide_var_field of any value. */
static inline tide_string tide_var_field_any_(tide_string v, int64_t id) {
  tide_var_box box = tide_var_open(v);
  int64_t k = box.values == NULL || box.id_width == 0 ? -1 : tide_var_search_(box.ids, box.count, box.id_width, id);
  return k < 0 ? tide_var_none_() : tide_var_in_(&box, (uint32_t)k);
}

/* Value of the field with the id that tide_var_key gave; absent when the object has none, and for other kinds. */
static inline tide_string tide_var_field(tide_string v, int64_t id) {
  tide_string value = tide_var_none_();
  int64_t k = id;
  if (v.length >= 3u && v.data[0] == 2) { /* up to 255 fields, ids and offsets of one byte: most objects */
    const uint8_t *ids = (const uint8_t *)v.data + 2;
    uint32_t count = ids[-1], start = 3u + 2u * count, size, offset;
    if (start > v.length) return value;
    /* An object with all names up to this one has it at the place of its id. */
    if (((uint64_t)id >= count || ids[id] != id) && (k = tide_var_search_(v.data + 2, count, 1, id)) < 0) return value;
    size = ids[2u * count];
    if (size > v.length - start) size = (uint32_t)(v.length - start);
    offset = ids[count + (uint64_t)k];
    if (offset >= size) return value;
    value.data = v.data + start + offset;
    value.length = size - offset;
    return value;
  }
  return TIDE_USUAL_(v.length == 0) ? value : tide_var_field_any_(v, id);
}

#ifdef __cplusplus
}
#endif
#endif
