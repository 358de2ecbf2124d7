/* A row builder for plugins: declare columns once, put values row by row, finish a frame into a slot of the host.
 *
 *   tide_builder b;                                        in the instance
 *   tide_b_init(&b);                                       create
 *   temp = tide_b_col(&b, "temp", TIDE_F64, TIDE_NO_ROLE);
 *   tide_put_f64(&b, temp, 21.5);                          process, poll: for each row
 *   if (tide_end_row(&b) == TIDE_MORE) status = tide_finish(&b, host, out, 0);
 *   status = tide_finish(&b, host, out, 0);                at the end of the call
 *   tide_b_free(&b);                                       destroy
 *
 * A column that a row leaves out is null there. Strings start dictionary-encoded and fall back to offsets when most of them
 * differ. The first mistake is remembered and makes every later call fail until tide_b_reset or tide_finish, so the results of
 * the tide_put functions need no test. A builder belongs to one thread at a time; it keeps its memory from frame to frame.
 */
#ifndef TIDEMILL_BUILD_H
#define TIDEMILL_BUILD_H

#include <stdio.h>

#include "build_layout.h"
#include "build_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_NO_ROLE TIDE_NONE_ROLE

/* ---- life ------------------------------------------------------------------------------------------------------------ */

static inline void tide_b_init(tide_builder *b) {
  memset(b, 0, sizeof *b);
  b->max_rows = TIDE_B_DEFAULT_ROWS;
  b->max_bytes = TIDE_B_DEFAULT_BYTES;
  b->problem_column = -1;
  b->open = TIDE_B_CLOSED_;
  b->seed = (uint64_t)(uintptr_t)b * TIDE_XXH_P1_;
  memset(b->role, TIDE_NONE_ROLE, sizeof b->role);
}

/* Gives all memory back; the builder may then be initialised again. */
static inline void tide_b_free(tide_builder *b) {
  uint32_t i;
  for (i = 0; i < b->count; i++) {
    tide_b_column *c = b->columns + i;
    free(c->data);
    free(c->codes);
    free(c->valid);
    free(c->heap);
    free(c->table);
    free(c->keys);
    free(c->spare);
    free(c->entries);
  }
  free(b->columns);
  free(b->names);
  tide_b_init(b);
}

/* Drops the rows and the failure; keeps columns, constants, `stream` and memory. */
static inline void tide_b_reset(tide_builder *b) {
  uint32_t i;
  for (i = 0; i < b->count; i++) {
    tide_b_column *c = b->columns + i;
    if (c->form >= TIDE_B_CONSTANT) continue;
    if (c->dictionary) {
      tide_b_forget_(c);
      if (c->form == TIDE_B_ROWS && c->pause) c->pause--;
      c->form = (uint8_t)(c->pause ? TIDE_B_ROWS : TIDE_B_CODES);
    }
    c->count = c->nulls = c->distinct = 0;
    c->heap_len = 0;
  }
  b->rows = 0;
  b->open = TIDE_B_CLOSED_;
  b->heap_bytes = 0;
  b->status = TIDE_OK;
  b->problem = NULL;
  b->problem_column = -1;
}

/* ---- columns --------------------------------------------------------------------------------------------------------- */

/* Checks the name, type and parameter of a column to be declared inside `parent`, -1 = the event. */
static inline tide_status tide_b_check_(tide_builder *b, int32_t parent, const char *name, size_t length, uint32_t type,
                                        uint32_t param) {
  uint32_t i, precision = param >> 8, scale = param & 0xFFu;
  if (b->rows || b->verbatim) tide_b_fail(b, -1, "columns are declared before rows and verbatim records");
  if (length > TIDE_MAX_NAME) tide_b_fail(b, -1, "a column's name is longer than 255 bytes");
  if (type < TIDE_BOOL || type > TIDE_DECIMAL128) tide_b_fail(b, -1, "a column has an unknown type");
  if (type == TIDE_FIXED ? param < 1u || param > 0xFFFFu
                         : type == TIDE_DECIMAL128 ? precision < 1u || precision > 38u || scale > precision : param != 0)
    tide_b_fail(b, -1, "a column's parameter does not fit its type");
  if (b->count >= TIDE_MAX_COLUMNS / 2u - 1u) tide_b_fail(b, -1, "a frame has at most 2047 columns beside dictionaries");
  for (i = 0; i < b->count && length; i++)
    if (b->columns[i].parent == parent && b->columns[i].name_len == length &&
        memcmp(b->names + b->columns[i].name, name, length) == 0)
      tide_b_fail(b, -1, "two columns have the same name");
  return b->status;
}

/* Adds a column that passed the check, with its name. Gives its number, -1 after a failure. */
static inline int32_t tide_b_declare_(tide_builder *b, const char *name, size_t length, uint32_t type, uint32_t param) {
  int32_t column;
  if (b->names_len + length > b->names_capacity) {
    uint32_t capacity = 2u * (b->names_len + (uint32_t)length) + 64u;
    char *room = (char *)tide_b_resize_(b, b->names, capacity);
    if (room == NULL) return -1;
    b->names = room;
    b->names_capacity = capacity;
  }
  if ((column = tide_b_add_(b, type, param)) < 0) return -1;
  b->columns[column].name = b->names_len;
  b->columns[column].name_len = (uint16_t)length;
  b->columns[column].flags = (uint8_t)TIDE_NULLABLE;
  if (length) memcpy(b->names + b->names_len, name, length);
  b->names_len += (uint32_t)length;
  return column;
}

/* Declares a column, before the first row: `name` of at most 255 bytes, unlike the others' ("" = hidden); type TIDE_BOOL ..
 * TIDE_DECIMAL128; param 0, but for FIXED the bytes of a value and for DECIMAL128 precision << 8 | scale; role TIDE_ROLE_* or
 * TIDE_NO_ROLE. Gives its number, -1 after a failure. A LIST and a STRUCT get their inner columns by tide_b_child. */
static inline int32_t tide_b_col_param(tide_builder *b, const char *name, uint32_t type, uint32_t param, uint32_t role) {
  size_t length = strlen(name);
  uint32_t is_time = role == TIDE_ROLE_EVENT_TIME || role == TIDE_ROLE_INGEST_TIME;
  uint32_t is_variant = role == TIDE_ROLE_HEADERS || role == TIDE_ROLE_REST;
  int32_t column;
  if (b->status < 0 || tide_b_check_(b, -1, name, length, type, param) < 0) return -1;
  if (b->nested) tide_b_fail(b, -1, "the event's columns are declared before those inside them");
  if (role != TIDE_NO_ROLE) {
    if (role > TIDE_ROLE_REST || b->count >= TIDE_NONE_ROLE) tide_b_fail(b, -1, "a role is unknown or its column above 254");
    if ((is_time && type != TIDE_TIME) || is_variant != (type == TIDE_VARIANT) || type == TIDE_LIST || type == TIDE_STRUCT)
      tide_b_fail(b, -1, "a column's type does not fit its role");
    if (role <= TIDE_ROLE_REST && b->role[role] != TIDE_NONE_ROLE) tide_b_fail(b, -1, "two columns have the same role");
  }
  if (b->status < 0 || (column = tide_b_declare_(b, name, length, type, param)) < 0) return -1;
  b->columns[column].role = (uint8_t)role;
  if (role == TIDE_ROLE_EVENT_TIME) b->columns[column].flags = 0;
  if (role != TIDE_NO_ROLE) b->role[role] = (uint8_t)column;
  return column;
}
static inline int32_t tide_b_col(tide_builder *b, const char *name, uint32_t type, uint32_t role) {
  return tide_b_col_param(b, name, type, 0, role);
}

/* Adds the column of original records, after all others and before the first row: every row then needs one, by
 * tide_put_verbatim. Gives its number, -1 after a failure. */
static inline int32_t tide_b_verbatim(tide_builder *b) {
  int32_t column;
  if (b->rows || b->verbatim || b->count == 0) tide_b_fail(b, -1, "verbatim records are declared once, after the columns");
  if (b->status < 0 || (column = tide_b_add_(b, TIDE_BINARY, 0)) < 0) return -1;
  b->verbatim = 1;
  return column;
}

/* ---- values ---------------------------------------------------------------------------------------------------------- */

static inline tide_status tide_put_i64(tide_builder *b, int32_t column, int64_t value) {
  return tide_put_value_(b, column, TIDE_I64, &value, 8);
}
static inline tide_status tide_put_f64(tide_builder *b, int32_t column, double value) {
  return tide_put_value_(b, column, TIDE_F64, &value, 8);
}
/* Nanoseconds since the epoch, UTC. */
static inline tide_status tide_put_time(tide_builder *b, int32_t column, int64_t nanoseconds) {
  return tide_put_value_(b, column, TIDE_TIME, &nanoseconds, 8);
}
static inline tide_status tide_put_bool(tide_builder *b, int32_t column, int value) {
  tide_b_column *c = tide_b_cell_(b, column, TIDE_BOOL);
  if (c == NULL) return b->status;
  tide_b_set_bit_(c->data, c->count, value != 0);
  tide_b_filled_(c);
  return TIDE_OK;
}

/* UTF-8, copied; the caller answers for its being well-formed. */
static inline tide_status tide_put_str_n(tide_builder *b, int32_t column, const char *text, uint64_t length) {
  return tide_put_bytes_(b, column, TIDE_UTF8, text, length);
}
static inline tide_status tide_put_str(tide_builder *b, int32_t column, const char *text) {
  return tide_put_str_n(b, column, text, strlen(text));
}
static inline tide_status tide_put_string(tide_builder *b, int32_t column, tide_string text) {
  return tide_put_str_n(b, column, text.data, text.length);
}
static inline tide_status tide_put_binary(tide_builder *b, int32_t column, const void *bytes, uint64_t length) {
  return tide_put_bytes_(b, column, TIDE_BINARY, bytes, length);
}
/* The current row's original record. */
static inline tide_status tide_put_verbatim(tide_builder *b, const void *record, uint64_t length) {
  return b->verbatim ? tide_put_bytes_(b, (int32_t)b->count - 1, TIDE_BINARY, record, length)
                     : tide_b_fail(b, -1, "the builder keeps no verbatim records");
}
/* A Parquet Variant value over the keys that tide_b_keys gives. */
static inline tide_status tide_put_variant(tide_builder *b, int32_t column, const void *value, uint64_t length) {
  return tide_put_bytes_(b, column, TIDE_VARIANT, value, length);
}

/* Sets a VARIANT column's key dictionary (Parquet Variant metadata, keys sorted) for this frame and the next ones; copied. */
static inline tide_status tide_b_keys(tide_builder *b, int32_t column, const void *metadata, uint32_t length) {
  tide_b_column *c;
  void *room;
  if ((uint32_t)column >= b->count || b->columns[column].type != TIDE_VARIANT || length == 0)
    return tide_b_fail(b, column, "only a VARIANT has keys, and never none");
  c = b->columns + column;
  if (length > c->keys_capacity) {
    if ((room = tide_b_resize_(b, c->keys, 2u * (uint64_t)length)) == NULL) return b->status;
    c->keys = (uint8_t *)room;
    c->keys_capacity = 2u * length;
  }
  memcpy(c->keys, metadata, length);
  c->keys_len = length;
  return b->status;
}

/* Leaves the current row without a value; the same as putting none. */
static inline tide_status tide_put_null(tide_builder *b, int32_t column) {
  tide_b_column *c;
  if ((uint32_t)column >= b->count) return tide_b_fail(b, column, "there is no such column");
  c = tide_b_cell_(b, column, b->columns[column].type);
  return c == NULL ? b->status : tide_b_null_(b, c);
}

/* ---- one value for all rows, of this frame and the next ones until it is set again ------------------------------------- */

static inline tide_b_column *tide_b_fix_(tide_builder *b, int32_t column, uint32_t type, uint8_t form) {
  tide_b_column *c;
  if ((uint32_t)column >= b->count || b->columns[column].type != type || (b->verbatim && (uint32_t)column == b->count - 1u)) {
    tide_b_fail(b, column, "a constant is of another type than its column, or there is no such column");
    return NULL;
  }
  c = b->columns + column;
  if (c->form < TIDE_B_CONSTANT && b->rows + c->count) tide_b_fail(b, column, "a constant is set after rows were put");
  if (c->parent >= 0) tide_b_fail(b, column, "a column inside another has no constant");
  if (b->status < 0) return NULL;
  if (c->form < TIDE_B_CONSTANT) b->row_bytes -= tide_b_cost_(c);
  c->form = form;
  c->count = 0xFFFFFFFFu; /* no row is the next one: tide_b_cell_ refuses values, tide_end_row adds none */
  return c;
}

static inline tide_status tide_const_i64(tide_builder *b, int32_t column, int64_t value) {
  tide_b_column *c = tide_b_fix_(b, column, TIDE_I64, TIDE_B_CONSTANT);
  if (c) c->constant[0] = value;
  return b->status;
}
static inline tide_status tide_const_time(tide_builder *b, int32_t column, int64_t nanoseconds) {
  tide_b_column *c = tide_b_fix_(b, column, TIDE_TIME, TIDE_B_CONSTANT);
  if (c) c->constant[0] = nanoseconds;
  return b->status;
}
static inline tide_status tide_const_f64(tide_builder *b, int32_t column, double value) {
  tide_b_column *c = tide_b_fix_(b, column, TIDE_F64, TIDE_B_CONSTANT);
  if (c) memcpy(c->constant, &value, 8);
  return b->status;
}
static inline tide_status tide_const_bool(tide_builder *b, int32_t column, int value) {
  tide_b_column *c = tide_b_fix_(b, column, TIDE_BOOL, TIDE_B_CONSTANT);
  if (c) c->constant[0] = value != 0;
  return b->status;
}
/* UTF8, BINARY, VARIANT and FIXED; `type` is the column's. */
static inline tide_status tide_const_bytes(tide_builder *b, int32_t column, uint32_t type, const void *bytes, uint64_t length) {
  int has_bytes = tide_b_has_heap_(type) || type == TIDE_FIXED;
  tide_b_column *c = has_bytes ? tide_b_fix_(b, column, type, TIDE_B_CONSTANT) : NULL;
  if (c == NULL) return tide_b_fail(b, column, "a constant is of another type than its column");
  if (type == TIDE_FIXED && length != c->width) return tide_b_fail(b, column, "a FIXED has another length than its column");
  c->heap_len = 0;
  tide_b_append_(b, c, bytes, length);
  if (b->status >= 0) b->heap_bytes -= length; /* a constant does not fill the frame */
  return b->status;
}
static inline tide_status tide_const_str(tide_builder *b, int32_t column, const char *text) {
  return tide_const_bytes(b, column, TIDE_UTF8, text, strlen(text));
}
/* Row i has base + i * step (wrapping); for I64, TIME, DURATION and U64, `type` is the column's. */
static inline tide_status tide_sequence(tide_builder *b, int32_t column, uint32_t type, int64_t base, int64_t step) {
  int fits = type == TIDE_I64 || type == TIDE_TIME || type == TIDE_DURATION || type == TIDE_U64;
  tide_b_column *c = fits ? tide_b_fix_(b, column, type, TIDE_B_SEQUENCE) : NULL;
  if (c == NULL) return tide_b_fail(b, column, "only a column of I64, TIME, DURATION or U64 can be a sequence");
  c->constant[0] = base;
  c->constant[1] = step;
  return b->status;
}

/* ---- rows and frames -------------------------------------------------------------------------------------------------- */

/* tide_end_row where more is to be done than to count the row. */
TIDE_APART_ tide_status tide_b_end_row_(tide_builder *b) {
  uint32_t i, top = b->count - b->verbatim - b->nested;
  uint64_t bytes;
  if (b->rows >= TIDE_MAX_ROWS) tide_b_fail(b, -1, "a frame has at most 65536 rows");
  for (i = 0; i < top && b->status >= 0; i++)
    if (b->columns[i].count == b->rows) tide_put_null(b, (int32_t)i);
  if (b->verbatim && b->columns[b->count - 1u].count == b->rows) tide_put_null(b, (int32_t)b->count - 1);
  if (b->status < 0) return b->status;
  b->rows++;
  b->open = b->rows < b->room ? b->rows : TIDE_B_CLOSED_;
  bytes = b->heap_bytes + (uint64_t)b->rows * b->row_bytes;
  if (b->nested) bytes += tide_b_inner_bytes_(b);
  return b->rows >= b->max_rows || bytes >= b->max_bytes ? TIDE_MORE : TIDE_OK;
}

/* Ends the current row; columns that have no value in it are null. TIDE_MORE when the frame is full (max_rows, max_bytes):
 * finish it. */
static inline tide_status tide_end_row(tide_builder *b) {
  uint64_t rows = b->open;
  uint32_t i;
  if (rows != b->rows || b->needed_count > TIDE_B_NEEDED_) return tide_b_end_row_(b);
  for (i = 0; i < b->needed_count; i++)
    if (b->columns[b->needed[i]].count == rows) return tide_b_end_row_(b);
  b->rows = (uint32_t)++rows; /* the others get their nulls when they get a value, or with the frame */
  b->open = rows < b->room ? rows : TIDE_B_CLOSED_;
  return rows >= b->max_rows || b->heap_bytes + rows * b->row_bytes >= b->max_bytes ? TIDE_MORE : TIDE_OK;
}

/* Takes back what the current row has been given. */
static inline void tide_drop_row(tide_builder *b) {
  uint32_t i;
  for (i = 0; i < b->count; i++) {
    tide_b_column *c = b->columns + i, *parent = c->parent < 0 ? NULL : b->columns + c->parent;
    uint32_t keep = parent == NULL ? b->rows : parent->type == TIDE_LIST ? tide_b_list_end_(parent) : parent->count;
    if (c->form < TIDE_B_CONSTANT && c->count > keep) tide_b_truncate_(b, c, keep);
  }
}

/* Bytes of the frame as it stands, 0 when it has no rows or something failed. */
static inline uint64_t tide_b_size(tide_builder *b) {
  uint64_t size, nested = 0;
  uint32_t i;
  if (b->rows == 0) return 0;
  if (b->nested && !b->arranged) tide_b_arrange_(b);
  for (i = 0; i < b->count && b->status >= 0; i++) {
    tide_b_column *c = b->columns + i;
    const tide_b_column *parent = c->parent < 0 ? NULL : b->columns + c->parent;
    if (c->form >= TIDE_B_CONSTANT || tide_b_catch_up_(b, c) < 0) continue;
    if (c->count != (parent == NULL ? b->rows : parent->type == TIDE_LIST ? tide_b_list_end_(parent) : parent->count))
      tide_b_fail(b, (int32_t)i, "the last row was not ended");
    if (parent != NULL && (nested += c->count) > TIDE_MAX_NESTED)
      tide_b_fail(b, (int32_t)i, "the columns inside others hold more than 1048576 values");
    if ((c->type == TIDE_LIST || c->type == TIDE_STRUCT) && c->children == 0)
      tide_b_fail(b, (int32_t)i, "a LIST or STRUCT has no column inside it");
    if (c->form == TIDE_B_CODES && (c->distinct == 0 || c->distinct > b->rows / 2u)) tide_b_undo_codes_(b, c);
  }
  if (b->status < 0) return 0;
  size = tide_b_lay_(b, NULL);
  if (size > TIDE_B_MAX_FRAME) tide_b_fail(b, -1, "a frame exceeds 1 GiB");
  return b->status < 0 ? 0 : size;
}

/* Writes the frame to 64-byte aligned memory and gives its bytes; 0, and nothing written, when there is none or it does not
 * fit. The rows stay until tide_b_reset. */
static inline uint64_t tide_b_write(tide_builder *b, void *into, uint64_t capacity) {
  uint64_t size = tide_b_size(b);
  return size == 0 || size > capacity ? 0 : tide_b_lay_(b, (uint8_t *)into);
}

/* Says through host->fail what went wrong, drops the rows and gives the status. */
static inline tide_status tide_b_report_(tide_builder *b, const tide_host *host) {
  char text[512];
  const tide_b_column *c = (uint32_t)b->problem_column < b->count ? b->columns + b->problem_column : NULL;
  tide_status status = b->status;
  int length;
  if (c && c->name_len)
    length = snprintf(text, sizeof text, "building a frame: %s (column '%.*s')", b->problem, (int)c->name_len,
                      b->names + c->name);
  else
    length = snprintf(text, sizeof text, "building a frame: %s", b->problem);
  if (TIDE_HAS(host, fail)) host->fail(host->context, status, tide_text(text, (uint64_t)length), tide_text("", 0));
  tide_b_reset(b);
  return status;
}

/* Publishes the rows as one frame at output port `port` and begins the next frame; TIDE_OK without rows. When reserve fails the
 * rows stay and the call may be repeated; otherwise they are gone, also after a failure. */
static inline tide_status tide_finish(tide_builder *b, const tide_host *host, tide_output *out, uint32_t port) {
  tide_slot slot;
  tide_status status;
  uint64_t size = tide_b_size(b);
  if (b->status < 0) return tide_b_report_(b, host);
  if (size == 0) return TIDE_OK;
  memset(&slot, 0, sizeof slot);
  slot.size = (uint32_t)sizeof slot;
  status = host->reserve(out, port, size, &slot);
  if (status < 0) return status;
  slot.used = tide_b_write(b, slot.bytes, slot.capacity);
  if (slot.used == 0) {
    host->cancel(out, &slot);
    tide_b_fail(b, -1, "the host gave less room than was asked for");
    return tide_b_report_(b, host);
  }
  status = host->commit(out, &slot);
  tide_b_reset(b);
  return status;
}

#ifdef __cplusplus
}
#endif

#include "build_more.h"

#endif
