/* What build.h stands on: how a builder's columns become the bytes of a frame. Plugins include build.h. */
#ifndef TIDEMILL_BUILD_LAYOUT_H
#define TIDEMILL_BUILD_LAYOUT_H

#include "build_core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Places a buffer at the next multiple of 64, zeros before it; only counts when `out` is NULL. Gives its offset. */
static inline uint32_t tide_b_place_(uint8_t *out, uint64_t *at, const void *bytes, uint64_t length) {
  uint64_t from = (*at + (TIDE_FRAME_ALIGN - 1u)) & ~(uint64_t)(TIDE_FRAME_ALIGN - 1u);
  if (out) {
    memset(out + *at, 0, (size_t)(from - *at));
    if (length) memcpy(out + from, bytes, (size_t)length);
  }
  *at = from + length;
  return (uint32_t)from;
}

static inline void tide_b_describe_(tide_column *d, uint32_t type, uint32_t enc, uint32_t rows) {
  memset(d, 0, sizeof *d);
  d->type = (uint8_t)type;
  d->enc = (uint8_t)enc;
  d->role = TIDE_NONE_ROLE;
  d->dict = TIDE_NONE_COLUMN;
  d->parent = TIDE_NONE_COLUMN;
  d->len = rows;
}

static inline void tide_b_place_data_(uint8_t *out, uint64_t *at, tide_column *d, const void *bytes, uint64_t length) {
  d->data_len = (uint32_t)length;
  d->data = tide_b_place_(out, at, bytes, length);
}
static inline void tide_b_place_heap_(uint8_t *out, uint64_t *at, tide_column *d, const void *bytes, uint64_t length) {
  d->heap_len = (uint32_t)length;
  d->heap = tide_b_place_(out, at, bytes, length);
}

/* Places column c's buffers. *other receives the descriptor of its dictionary; gives 1 when there is one. */
static inline int tide_b_place_column_(const tide_b_column *c, uint32_t rows, uint8_t *out, uint64_t *at, tide_column *d,
                                       tide_column *other) {
  static const uint8_t no_keys[3] = {0x11, 0, 0}; /* Variant metadata: version 1, sorted, no key */
  uint32_t offsets[2];
  tide_b_describe_(d, c->type, TIDE_FLAT, rows);
  d->param = c->param;
  d->role = c->role;
  d->flags = c->flags;
  d->name_len = c->name_len;
  d->nulls = c->nulls;
  if (c->nulls) d->valid = tide_b_place_(out, at, c->valid, (rows + 7u) / 8u);
  if (c->form == TIDE_B_CODES) {
    d->enc = TIDE_DICT16;
    tide_b_place_data_(out, at, d, c->codes, 2u * (uint64_t)rows);
    tide_b_describe_(other, c->type, TIDE_FLAT, c->distinct);
    tide_b_place_data_(out, at, other, c->data, 4u * ((uint64_t)c->distinct + 1u));
    tide_b_place_heap_(out, at, other, c->heap, c->heap_len);
    return 1;
  }
  if (c->form == TIDE_B_SEQUENCE) {
    d->enc = TIDE_SEQ;
    tide_b_place_data_(out, at, d, c->constant, 16);
  } else if (c->type == TIDE_STRUCT) {
    return 0;
  } else if (c->form == TIDE_B_CONSTANT && !tide_b_has_heap_(c->type)) {
    d->enc = TIDE_CONST;
    tide_b_place_data_(out, at, d, c->type == TIDE_FIXED ? (const void *)c->heap : c->constant, tide_b_cost_(c));
  } else if (!tide_b_has_offsets_(c->type)) {
    tide_b_place_data_(out, at, d, c->data, c->type == TIDE_BOOL ? (rows + 7u) / 8u : c->width * (uint64_t)rows);
  } else if (c->form == TIDE_B_CONSTANT) {
    offsets[0] = 0;
    offsets[1] = (uint32_t)c->heap_len;
    d->enc = TIDE_CONST;
    tide_b_place_data_(out, at, d, offsets, sizeof offsets);
    tide_b_place_heap_(out, at, d, c->heap, c->heap_len);
  } else {
    offsets[0] = 0; /* all there is of a column inside another that never had a value */
    tide_b_place_data_(out, at, d, c->data ? (const void *)c->data : offsets, 4u * ((uint64_t)rows + 1u));
    if (c->type == TIDE_LIST) return 0;
    tide_b_place_heap_(out, at, d, c->heap, c->heap_len);
  }
  if (c->type != TIDE_VARIANT) return 0;
  tide_b_describe_(other, TIDE_BINARY, TIDE_CONST, 1);
  offsets[0] = 0;
  offsets[1] = c->keys_len ? c->keys_len : (uint32_t)sizeof no_keys;
  tide_b_place_data_(out, at, other, offsets, sizeof offsets);
  tide_b_place_heap_(out, at, other, c->keys_len ? c->keys : no_keys, offsets[1]);
  return 1;
}

static inline void tide_b_widen_(int64_t time, int64_t *low, int64_t *high) {
  *low = time < *low ? time : *low;
  *high = time > *high ? time : *high;
}

/* Range of the event time. */
static inline void tide_b_time_range_(const tide_builder *b, tide_frame *header) {
  const tide_b_column *c;
  int64_t low, high, other_low, other_high; /* of every second row: one alone waits for its own last comparison */
  uint32_t i = 1;
  if (b->role[TIDE_ROLE_EVENT_TIME] == TIDE_NONE_ROLE) return;
  c = b->columns + b->role[TIDE_ROLE_EVENT_TIME];
  low = high = other_low = other_high = c->form == TIDE_B_ROWS ? tide_load_i64_(c->data) : c->constant[0];
  if (c->form == TIDE_B_ROWS) {
    for (; i + 1u < b->rows; i += 2u) {
      tide_b_widen_(tide_load_i64_(c->data + 8u * (size_t)i), &low, &high);
      tide_b_widen_(tide_load_i64_(c->data + 8u * (size_t)i + 8u), &other_low, &other_high);
    }
    if (i < b->rows) tide_b_widen_(tide_load_i64_(c->data + 8u * (size_t)i), &low, &high);
  }
  for (; c->form == TIDE_B_SEQUENCE && i < b->rows; i++)
    tide_b_widen_((int64_t)((uint64_t)c->constant[0] + (uint64_t)c->constant[1] * i), &low, &high);
  header->tmin = low < other_low ? low : other_low;
  header->tmax = high > other_high ? high : other_high;
}

/* Gives the columns inside others their descriptors behind the event's: those of one column stand together, after it. */
static inline void tide_b_arrange_(tide_builder *b) {
  uint32_t count = b->count - b->verbatim, top = count - b->nested, next = top, at, parent, i;
  for (i = top; i < count; i++) b->columns[i].place = 0;
  for (at = 0; at < count; at++) {
    /* The column that stands at `at`: an event's own, or the inner one with this place. */
    for (parent = at < top ? at : top; parent >= top && b->columns[parent].place != at; parent++) {}
    for (i = parent + 1u; b->columns[parent].children && i < count; i++)
      if (b->columns[i].parent == (int32_t)parent) b->columns[i].place = (uint16_t)next++;
  }
  b->arranged = 1;
}

/* Descriptor of a column that may stand inside another. */
static inline uint32_t tide_b_descriptor_(const tide_builder *b, uint32_t column) {
  return b->columns[column].parent < 0 ? column : b->columns[column].place;
}

/* Says which column this one is inside, and which are inside it. */
static inline void tide_b_relate_(const tide_builder *b, const tide_b_column *c, tide_column *d) {
  uint32_t column = (uint32_t)(c - b->columns), i;
  if (c->parent >= 0) d->parent = (uint16_t)tide_b_descriptor_(b, (uint32_t)c->parent);
  d->nchild = (uint16_t)c->children;
  for (i = column + 1u; c->children && i < b->count && d->first_child == 0; i++)
    if (b->columns[i].parent == (int32_t)column) d->first_child = b->columns[i].place;
}

/* Lays the frame out into `out`, or only counts when `out` is NULL. Gives its length. */
static inline uint64_t tide_b_lay_(const tide_builder *b, uint8_t *out) {
  uint32_t inner = b->count - b->verbatim, top = inner - b->nested, i, next = inner, cols = b->count;
  uint64_t at, length;
  tide_frame header;
  tide_column d, other;
  for (i = 0; i < b->count; i++) cols += b->columns[i].form == TIDE_B_CODES || b->columns[i].type == TIDE_VARIANT;
  memset(&header, 0, sizeof header);
  header.desc = TIDE_FRAME_HEADER;
  header.names = header.desc + cols * (uint32_t)sizeof(tide_column);
  header.names_len = b->names_len;
  at = (uint64_t)header.names + b->names_len;
  if (out && b->names_len) memcpy(out + header.names, b->names, b->names_len);
  for (i = 0; i < b->count; i++) {
    const tide_b_column *c = b->columns + i;
    uint32_t column = i < top ? i : i < inner ? c->place : cols - 1u;
    int has_other = tide_b_place_column_(c, c->parent < 0 ? b->rows : c->count, out, &at, &d, &other);
    d.name = d.name_len ? header.names + c->name : 0u;
    if (b->nested) tide_b_relate_(b, c, &d);
    if (has_other) {
      d.dict = (uint16_t)next;
      if (out) memcpy(out + header.desc + next * sizeof other, &other, sizeof other);
      next++;
    }
    if (out) memcpy(out + header.desc + column * sizeof d, &d, sizeof d);
  }
  length = (at + (TIDE_FRAME_ALIGN - 1u)) & ~(uint64_t)(TIDE_FRAME_ALIGN - 1u);
  if (out == NULL) return length;
  memset(out + at, 0, (size_t)(length - at));
  header.magic = TIDE_FRAME_MAGIC;
  header.major = TIDE_FRAME_MAJOR;
  header.minor = TIDE_FRAME_MINOR;
  header.kind = b->kind;
  header.frame_len = header.raw_len = (uint32_t)length;
  header.header_len = TIDE_FRAME_HEADER;
  header.stream = b->stream;
  header.log_pos = ~(uint64_t)0;
  header.rows = b->rows;
  header.cols = (uint16_t)cols;
  header.top = (uint16_t)top;
  memcpy(header.role, b->role, sizeof header.role);
  if (b->verbatim) header.verbatim = (uint16_t)(cols - 1u);
  tide_b_time_range_(b, &header);
  memcpy(out, &header, sizeof header);
  return length;
}

#ifdef __cplusplus
}
#endif
#endif
