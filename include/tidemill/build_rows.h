/* What build.h does with a row: the place of each value, the value itself, nulls. Plugins include build.h. */
#ifndef TIDEMILL_BUILD_ROWS_H
#define TIDEMILL_BUILD_ROWS_H

#include "build_core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values in the column inside a LIST that its lists hold. */
static inline uint32_t tide_b_list_end_(const tide_b_column *list) {
  return list->data == NULL ? 0u : tide_b_offset_(list->data, list->count);
}

/* How many values an inner column has before the one that it gets next: as many as the STRUCT around it, any number in a LIST. */
static inline uint32_t tide_b_before_(const tide_builder *b, const tide_b_column *c) {
  const tide_b_column *parent = b->columns + c->parent;
  return parent->type == TIDE_STRUCT ? parent->count : c->count;
}

/* Bytes of the values of inner columns, but for their heaps. */
static inline uint64_t tide_b_inner_bytes_(const tide_builder *b) {
  uint64_t bytes = 0;
  uint32_t i;
  for (i = b->count - b->verbatim - b->nested; i < b->count - b->verbatim; i++)
    bytes += (uint64_t)b->columns[i].count * tide_b_cost_(b->columns + i);
  return bytes;
}

/* Rows and nulls of a column in one number: its rows as long as it has no null. */
static inline uint64_t tide_b_turn_(const tide_b_column *c) {
  uint64_t turn;
  memcpy(&turn, (const uint8_t *)c + offsetof(tide_b_column, count), 8);
  return turn;
}
static inline void tide_b_set_turn_(tide_b_column *c, uint64_t turn) {
  memcpy((uint8_t *)c + offsetof(tide_b_column, count), &turn, 8);
}

/* The event's column, when it has room for a value of the current row, which is b->open, and nothing else is to be done; NULL
 * when it takes a longer look. */
static inline tide_b_column *tide_b_next_(tide_builder *b, int32_t column, uint32_t type) {
  if ((uint32_t)column < b->count) {
    tide_b_column *c = b->columns + column;
    if (c->direct == type && tide_b_turn_(c) == b->open) return c;
  }
  return NULL;
}

/* Makes room for the current row in all columns that take a value of it. */
static inline tide_status tide_b_open_(tide_builder *b) {
  uint32_t i, room = TIDE_MAX_ROWS;
  b->needed_count = 0;
  for (i = 0; i < b->count; i++) {
    tide_b_column *c = b->columns + i;
    if (c->form >= TIDE_B_CONSTANT || c->parent >= 0) continue;
    if (c->capacity <= b->rows && tide_b_room_(b, c, b->rows + 1u) < 0) return b->status;
    if (c->capacity < room) room = c->capacity;
    if (c->flags & TIDE_NULLABLE) continue;
    if (b->needed_count < TIDE_B_NEEDED_) b->needed[b->needed_count] = (uint16_t)i;
    b->needed_count++;
  }
  if (b->nested) b->needed_count = TIDE_B_NEEDED_ + 1u;
  b->room = room;
  b->open = b->rows;
  return b->status;
}

static inline tide_status tide_b_null_(tide_builder *b, tide_b_column *c);

/* Puts the nulls that a column is owed for the rows that left it out. */
static inline tide_status tide_b_catch_up_(tide_builder *b, tide_b_column *c) {
  if (c->count < b->rows && c->parent < 0 && tide_b_room_(b, c, b->rows) >= 0)
    while (c->count < b->rows && tide_b_null_(b, c) >= 0) {}
  return b->status;
}

/* What tide_b_cell_ gives when the column is an inner one, lacks room or something is wrong. */
TIDE_B_RARE_ static inline tide_b_column *tide_b_other_cell_(tide_builder *b, int32_t column, uint32_t type) {
  tide_b_column *c;
  if ((uint32_t)column >= b->count) {
    tide_b_fail(b, column, "there is no such column");
    return NULL;
  }
  c = b->columns + column;
  if (c->type != type) tide_b_fail(b, column, "a value is of another type than its column");
  tide_b_catch_up_(b, c);
  if (c->count != (c->parent < 0 ? b->rows : tide_b_before_(b, c)))
    tide_b_fail(b, column, "a column has two values in one row, or a value beside its constant");
  if (b->status < 0 || (c->count == c->capacity && tide_b_room_(b, c, c->count + 1u) < 0)) return NULL;
  return b->open == b->rows || tide_b_open_(b) >= 0 ? c : NULL;
}

/* The column, with room for the value of the current row; NULL when that value must not be put. */
static inline tide_b_column *tide_b_cell_(tide_builder *b, int32_t column, uint32_t type) {
  if ((uint32_t)column < b->count) {
    tide_b_column *c = b->columns + column;
    if (c->direct == type && c->count == b->open) return c;
  }
  return tide_b_other_cell_(b, column, type);
}

static inline void tide_b_filled_(tide_b_column *c) {
  if (c->nulls) tide_b_set_bit_(c->valid, c->count, 1);
  c->count++;
}

/* Gives the column's next row, for which there is room, zero or nothing. */
static inline void tide_b_zero_(tide_b_column *c) {
  if (c->type == TIDE_BOOL)
    tide_b_set_bit_(c->data, c->count, 0);
  else if (c->form == TIDE_B_CODES)
    c->codes[c->count] = 0;
  else if (c->type == TIDE_LIST)
    tide_b_set_offset_(c->data, c->count + 1u, tide_b_offset_(c->data, c->count));
  else if (tide_b_has_heap_(c->type))
    tide_b_set_offset_(c->data, c->count + 1u, c->heap_len);
  else if (c->width)
    memset(c->data + (size_t)c->width * c->count, 0, c->width);
}

static inline tide_status tide_b_hole_(tide_builder *b, int32_t column);

/* Marks the column's next row, for which there is room, as null; its value is zero, and so are those inside it. */
static inline tide_status tide_b_null_(tide_builder *b, tide_b_column *c) {
  int32_t column = (int32_t)(c - b->columns);
  if (!(c->flags & TIDE_NULLABLE)) return tide_b_fail(b, column, "a column that may not be null lacks a value");
  if (c->children && tide_b_hole_(b, column) < 0) return b->status;
  if (c->nulls++ == 0) memset(c->valid, 0xFF, (c->count + 7u) / 8u);
  tide_b_set_bit_(c->valid, c->count, 0);
  tide_b_zero_(c);
  c->count++;
  return TIDE_OK;
}

/* What stands inside a null: nothing in a LIST, a null or zero in each field of a STRUCT. */
static inline tide_status tide_b_hole_(tide_builder *b, int32_t column) {
  tide_b_column *c = b->columns + column, *child;
  int32_t i;
  for (i = column + 1; i < (int32_t)b->count && b->status >= 0; i++) {
    child = b->columns + i;
    if (child->parent != column) continue;
    if (child->count != (c->type == TIDE_LIST ? tide_b_list_end_(c) : c->count))
      return tide_b_fail(b, column, "a null has values inside it");
    if (c->type == TIDE_LIST || tide_b_cell_(b, i, child->type) == NULL) continue;
    if (child->flags & TIDE_NULLABLE) {
      tide_b_null_(b, child);
    } else if (child->children == 0 || tide_b_hole_(b, i) >= 0) {
      tide_b_zero_(child);
      tide_b_filled_(child);
    }
  }
  return b->status;
}

/* ---- values ------------------------------------------------------------------------------------------------------------ */

/* tide_put_value_ where something is to be done beside it. */
TIDE_APART_ tide_status tide_b_put_value_(tide_builder *b, int32_t column, uint32_t type, const void *value, uint32_t width) {
  tide_b_column *c = tide_b_cell_(b, column, type);
  if (c == NULL) return b->status;
  memcpy(c->data + (size_t)width * c->count, value, width);
  tide_b_filled_(c);
  return TIDE_OK;
}
TIDE_APART_ tide_status tide_b_put_word_(tide_builder *b, int32_t column, uint32_t type, uint64_t value, uint32_t width) {
  return tide_b_put_value_(b, column, type, &value, width);
}

static inline tide_status tide_put_value_(tide_builder *b, int32_t column, uint32_t type, const void *value, uint32_t width) {
  tide_b_column *c = tide_b_next_(b, column, type);
  uint64_t row = b->open, word = 0;
  if (c == NULL) {
    if (width > sizeof word) return tide_b_put_value_(b, column, type, value, width);
    memcpy(&word, value, width);
    return tide_b_put_word_(b, column, type, word, width);
  }
  memcpy(c->data + width * row, value, width);
  tide_b_set_turn_(c, row + 1u);
  return TIDE_OK;
}

/* Puts bytes into a column that has room for a value of the current row, and may have nulls. */
TIDE_APART_ tide_status tide_b_put_text_(tide_builder *b, tide_b_column *c, const void *bytes, uint64_t length) {
  uint32_t number;
  if (c->form == TIDE_B_ROWS) {
    if (tide_b_append_(b, c, bytes, length) < 0) return b->status;
    tide_b_set_offset_(c->data, c->count + 1u, c->heap_len);
    tide_b_filled_(c);
    return TIDE_OK;
  }
  if ((number = tide_b_number_(b, c, (const uint8_t *)bytes, length)) == 0) return b->status;
  c->codes[c->count] = (uint16_t)(number - 1u);
  tide_b_filled_(c);
  c->due = c->count < TIDE_B_DICT_TRIAL ? TIDE_B_DICT_TRIAL - 1u : ~0u;
  if ((c->count < TIDE_B_DICT_TRIAL && c->distinct <= TIDE_B_DICT_TRIAL) || c->distinct <= c->count / 2u) return TIDE_OK;
  c->pause = TIDE_B_DICT_PAUSE;
  return tide_b_undo_codes_(b, c);
}

/* tide_put_bytes_ where something is to be done before. */
TIDE_APART_ tide_status tide_b_put_bytes_(tide_builder *b, int32_t column, uint32_t type, const void *bytes, uint64_t length) {
  tide_b_column *c = tide_b_cell_(b, column, type);
  return c == NULL ? b->status : tide_b_put_text_(b, c, bytes, length);
}

/* tide_put_bytes_ of what is no short string of a dictionary, for a column that has its turn. */
TIDE_APART_ tide_status tide_b_put_long_(tide_builder *b, tide_b_column *c, const void *bytes, uint64_t length) {
  uint64_t row = b->open;
  /* Neither empty nor more than fits. */
  if (c->form != TIDE_B_ROWS || length - 1u >= c->heap_capacity - c->heap_len) return tide_b_put_text_(b, c, bytes, length);
  memcpy(c->heap + c->heap_len, bytes, (size_t)length);
  c->heap_len += length;
  b->heap_bytes += length;
  tide_b_set_offset_(c->data, (uint32_t)row + 1u, c->heap_len);
  tide_b_set_turn_(c, row + 1u);
  return TIDE_OK;
}

static inline tide_status tide_put_bytes_(tide_builder *b, int32_t column, uint32_t type, const void *bytes, uint64_t length) {
  tide_b_column *c = tide_b_next_(b, column, type);
  uint64_t row = b->open, first, last;
  const tide_b_entry *e;
  uint32_t number;
  if (c == NULL) return tide_b_put_bytes_(b, column, type, bytes, length);
  if (length > TIDE_B_SHORT_ || row >= c->due) return tide_b_put_long_(b, c, bytes, length);
  /* Most short strings are known and stand where they belong. */
  tide_b_short_words_((const uint8_t *)bytes, length, &first, &last);
  number = c->table[tide_b_hash_(first, last, length, b->seed) & (c->slots - 1u)];
  e = c->entries + number;
  if (e->first != first || e->last != last || e->length != length) return tide_b_put_text_(b, c, bytes, length);
  c->codes[row] = (uint16_t)(number - 1u);
  tide_b_set_turn_(c, row + 1u);
  return TIDE_OK;
}

/* ---- taking back ------------------------------------------------------------------------------------------------------- */

/* Takes values back from the end of a column until `count` are left. */
static inline void tide_b_truncate_(tide_builder *b, tide_b_column *c, uint32_t count) {
  uint32_t end;
  while (c->count > count) {
    c->count--;
    if (c->nulls && !tide_bit_(c->valid, c->count)) c->nulls--;
  }
  if (c->form == TIDE_B_CODES || !tide_b_has_heap_(c->type)) return;
  end = tide_b_offset_(c->data, count);
  b->heap_bytes -= c->heap_len - end;
  c->heap_len = end;
}

#ifdef __cplusplus
}
#endif
#endif
