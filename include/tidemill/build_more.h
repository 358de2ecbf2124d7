/* What build.h has beyond the first seven types: values of the types for storage, and columns inside columns.
 *
 * Columns inside a LIST or STRUCT are declared after all columns of the event. What is inside comes first, then what holds it:
 *
 *   points = tide_b_col(&b, "points", TIDE_LIST, TIDE_NO_ROLE);
 *   point = tide_b_child(&b, points, "", TIDE_STRUCT, 0);
 *   x = tide_b_child(&b, point, "x", TIDE_F64, 0);
 *   y = tide_b_child(&b, point, "y", TIDE_F64, 0);
 *
 *   for (k = 0; k < n; k++) { tide_put_f64(&b, x, at[k].x); tide_put_f64(&b, y, at[k].y); tide_put_struct(&b, point); }
 *   tide_put_list(&b, points);
 *   tide_end_row(&b);
 */
#ifndef TIDEMILL_BUILD_MORE_H
#define TIDEMILL_BUILD_MORE_H

#include "build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- values for storage ------------------------------------------------------------------------------------------------ */

static inline tide_status tide_put_i32(tide_builder *b, int32_t column, int32_t value) {
  return tide_put_value_(b, column, TIDE_I32, &value, sizeof value);
}
static inline tide_status tide_put_u16(tide_builder *b, int32_t column, uint16_t value) {
  return tide_put_value_(b, column, TIDE_U16, &value, sizeof value);
}
static inline tide_status tide_put_i8(tide_builder *b, int32_t column, int8_t value) {
  return tide_put_value_(b, column, TIDE_I8, &value, sizeof value);
}
static inline tide_status tide_put_f32(tide_builder *b, int32_t column, float value) {
  return tide_put_value_(b, column, TIDE_F32, &value, sizeof value);
}
static inline tide_status tide_put_u64(tide_builder *b, int32_t column, uint64_t value) {
  return tide_put_value_(b, column, TIDE_U64, &value, sizeof value);
}
static inline tide_status tide_put_duration(tide_builder *b, int32_t column, int64_t nanoseconds) {
  return tide_put_value_(b, column, TIDE_DURATION, &nanoseconds, 8);
}
/* As many bytes as the column's parameter says. */
static inline tide_status tide_put_fixed(tide_builder *b, int32_t column, const void *bytes, uint64_t length) {
  if ((uint32_t)column < b->count && b->columns[column].type == TIDE_FIXED && length != b->columns[column].width)
    return tide_b_fail(b, column, "a FIXED has another length than its column");
  return tide_put_value_(b, column, TIDE_FIXED, bytes, (uint32_t)length);
}
/* high * 2^64 + low, times ten to the power of minus the column's scale. */
static inline tide_status tide_put_decimal(tide_builder *b, int32_t column, int64_t high, uint64_t low) {
  uint8_t bytes[16];
  memcpy(bytes, &low, 8);
  memcpy(bytes + 8, &high, 8);
  return tide_put_value_(b, column, TIDE_DECIMAL128, bytes, sizeof bytes);
}

/* ---- one of them for all rows, as in build.h ---------------------------------------------------------------------------- */

static inline tide_status tide_const_value_(tide_builder *b, int32_t column, uint32_t type, const void *value) {
  tide_b_column *c = tide_b_fix_(b, column, type, TIDE_B_CONSTANT);
  if (c) memcpy(c->constant, value, c->width);
  return b->status;
}
static inline tide_status tide_const_i32(tide_builder *b, int32_t column, int32_t value) {
  return tide_const_value_(b, column, TIDE_I32, &value);
}
static inline tide_status tide_const_u16(tide_builder *b, int32_t column, uint16_t value) {
  return tide_const_value_(b, column, TIDE_U16, &value);
}
static inline tide_status tide_const_i8(tide_builder *b, int32_t column, int8_t value) {
  return tide_const_value_(b, column, TIDE_I8, &value);
}
static inline tide_status tide_const_f32(tide_builder *b, int32_t column, float value) {
  return tide_const_value_(b, column, TIDE_F32, &value);
}
static inline tide_status tide_const_u64(tide_builder *b, int32_t column, uint64_t value) {
  return tide_const_value_(b, column, TIDE_U64, &value);
}
static inline tide_status tide_const_duration(tide_builder *b, int32_t column, int64_t nanoseconds) {
  return tide_const_value_(b, column, TIDE_DURATION, &nanoseconds);
}
static inline tide_status tide_const_decimal(tide_builder *b, int32_t column, int64_t high, uint64_t low) {
  uint8_t bytes[16];
  memcpy(bytes, &low, 8);
  memcpy(bytes + 8, &high, 8);
  return tide_const_value_(b, column, TIDE_DECIMAL128, bytes);
}

/* ---- columns inside columns --------------------------------------------------------------------------------------------- */

/* Declares the column inside a LIST, which has one, or a field of a STRUCT, after the event's columns and before the first row;
 * otherwise as tide_b_col_param. Values may be null. */
static inline int32_t tide_b_child(tide_builder *b, int32_t parent, const char *name, uint32_t type, uint32_t param) {
  size_t length = strlen(name);
  uint32_t depth = 1;
  int32_t column, above;
  if (b->status < 0) return -1;
  if ((uint32_t)parent >= b->count ||
      (b->columns[parent].type != TIDE_STRUCT && (b->columns[parent].type != TIDE_LIST || b->columns[parent].children))) {
    tide_b_fail(b, parent, "only a LIST can have a column inside it, one, and a STRUCT");
    return -1;
  }
  if (tide_b_check_(b, parent, name, length, type, param) < 0) return -1;
  for (above = parent; b->columns[above].parent >= 0; above = b->columns[above].parent) depth++;
  if (depth + (type == TIDE_LIST || type == TIDE_STRUCT) > TIDE_MAX_NESTING)
    tide_b_fail(b, parent, "columns are nested more than 16 deep");
  if (b->status < 0 || (column = tide_b_declare_(b, name, length, type, param)) < 0) return -1;
  b->row_bytes -= tide_b_cost_(b->columns + column); /* its values count one by one */
  b->columns[column].parent = parent;
  b->columns[column].direct = 0;
  b->columns[column].dictionary = 0;
  b->columns[column].form = TIDE_B_ROWS;
  b->columns[parent].children++;
  b->nested++;
  b->arranged = 0;
  return column;
}

/* Ends a value of a LIST: what was put into the column inside it since the last one. */
static inline tide_status tide_put_list(tide_builder *b, int32_t column) {
  tide_b_column *c = tide_b_cell_(b, column, TIDE_LIST);
  int32_t i;
  if (c == NULL) return b->status;
  for (i = column + 1; i < (int32_t)b->count && b->columns[i].parent != column; i++) {}
  if (i == (int32_t)b->count) return tide_b_fail(b, column, "a LIST or STRUCT has no column inside it");
  tide_b_set_offset_(c->data, c->count + 1u, b->columns[i].count);
  tide_b_filled_(c);
  return TIDE_OK;
}

/* Ends a value of a STRUCT: what was put into the columns inside it since the last one; a field without a value is null. */
static inline tide_status tide_put_struct(tide_builder *b, int32_t column) {
  tide_b_column *c = tide_b_cell_(b, column, TIDE_STRUCT);
  int32_t i;
  if (c == NULL) return b->status;
  for (i = column + 1; i < (int32_t)b->count && b->status >= 0; i++)
    if (b->columns[i].parent == column && b->columns[i].count == c->count) tide_put_null(b, i);
  if (b->status < 0) return b->status;
  tide_b_filled_(c);
  return TIDE_OK;
}

#ifdef __cplusplus
}
#endif
#endif
