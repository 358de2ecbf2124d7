/* Columns inside columns: the values of LIST and STRUCT.
 *
 * A value in a column inside another has a place: the inner column, and the number of the value there. Every reader of frame.h
 * takes one: tide_i64(f, place.column, place.row). The place of what is null or not there has the column -1, which reads as null.
 *
 *   readings = tide_list(f, column, row);
 *   for (k = 0; k < readings.count; k++) sum += tide_f64(f, readings.column, readings.row + k);
 */
#ifndef TIDEMILL_NESTED_H
#define TIDEMILL_NESTED_H

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tide_place {
  int32_t column; /* -1 = nothing is there */
  uint32_t row;   /* of the first value */
  uint32_t count; /* values, one behind the other */
} tide_place;

/* Columns directly inside column c: one of a LIST, the fields of a STRUCT, else none. */
static inline uint32_t tide_children(const tide_frame *f, int32_t c) {
  uint32_t type = tide_type(f, c);
  return type == TIDE_LIST || type == TIDE_STRUCT ? tide_col(f, c)->nchild : 0u;
}

/* The k-th of them, -1 when there are fewer. */
static inline int32_t tide_child(const tide_frame *f, int32_t c, uint32_t k) {
  return k < tide_children(f, c) ? (int32_t)(tide_col(f, c)->first_child + k) : -1;
}

/* The field of a STRUCT with this name, -1 if there is none. Linear: resolve once per schema_id and keep it. */
static inline int32_t tide_child_named(const tide_frame *f, int32_t c, const char *name, uint64_t length) {
  uint32_t k, count = tide_children(f, c);
  for (k = 0; k < count; k++) {
    tide_string found = tide_name(f, tide_child(f, c, k));
    if (length != 0 && found.length == length && memcmp(found.data, name, (size_t)length) == 0) return tide_child(f, c, k);
  }
  return -1;
}

/* Where the elements of the LIST in row i are; none for null and other types. */
static inline tide_place tide_list(const tide_frame *f, int32_t c, uint32_t i) {
  tide_place place = {-1, 0, 0};
  const tide_column *d;
  const uint8_t *offsets;
  int32_t from;
  if (tide_type(f, c) != TIDE_LIST || !tide_valid(f, c, i)) return place;
  d = tide_slot_(f, tide_col(f, c), &i);
  offsets = tide_at(f, d->data) + 4u * (uint64_t)i;
  from = tide_load_i32_(offsets);
  place.column = (int32_t)d->first_child;
  place.row = (uint32_t)from;
  place.count = (uint32_t)(tide_load_i32_(offsets + 4) - from);
  return place;
}

/* Where the k-th field of the STRUCT in row i is; nowhere for null, other types and more fields than there are. */
static inline tide_place tide_field(const tide_frame *f, int32_t c, uint32_t i, uint32_t k) {
  tide_place place = {-1, 0, 0};
  if (tide_type(f, c) != TIDE_STRUCT || !tide_valid(f, c, i)) return place;
  place.column = tide_child(f, c, k);
  place.row = tide_col(f, c)->enc == TIDE_CONST ? 0u : i;
  place.count = place.column < 0 ? 0u : 1u;
  return place;
}

#ifdef __cplusplus
}
#endif
#endif
