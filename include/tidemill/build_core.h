/* What build.h stands on: the builder's state, memory and dictionaries. Plugins include build.h. */
#ifndef TIDEMILL_BUILD_CORE_H
#define TIDEMILL_BUILD_CORE_H

#include <stdlib.h>

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_B_MAX_FRAME (1u << 30)      /* bytes of a frame */
#define TIDE_B_DEFAULT_ROWS 1024u        /* tide_end_row says TIDE_MORE at these */
#define TIDE_B_DEFAULT_BYTES (64u << 10)
#define TIDE_B_MAX_HEAP 0x7FFFFFFFu      /* bytes of one column's strings: offsets are 31 bits */
#define TIDE_B_DICT_TRIAL 256u           /* rows before a dictionary must pay */
#define TIDE_B_DICT_PAUSE 15u            /* frames until a dictionary that did not is tried again */
#define TIDE_B_LEAST_ROWS 512u           /* a column's first room; more than a dictionary on trial can hold */

/* Keeps what is rare out of the code of every value. */
#if defined(__GNUC__) || defined(__clang__)
#define TIDE_B_RARE_ __attribute__((cold))
#else
#define TIDE_B_RARE_
#endif

/* How a column of the frame under construction is held. */
#define TIDE_B_ROWS 0u     /* a value a row */
#define TIDE_B_CODES 1u    /* a dictionary code a row; data and heap are the dictionary's */
#define TIDE_B_CONSTANT 2u /* one value for all rows */
#define TIDE_B_SEQUENCE 3u /* base and step */

typedef struct tide_b_column {
  uint8_t type, role, flags, form;
  uint16_t name_len;
  uint8_t dictionary; /* 1 = strings may be dictionary-encoded */
  uint8_t pause;      /* frames until a dictionary is tried again */
  uint16_t param;     /* of the descriptor: width of FIXED, precision and scale of DECIMAL128 */
  uint16_t place;     /* of a column inside another: its descriptor behind the event's columns */
  int32_t parent;     /* column that it is inside, -1 = none */
  uint32_t children;  /* columns inside it */
  uint32_t width;     /* bytes of a value in `data`; 0 = bits, or nothing */
  uint32_t name;      /* offset in the builder's names */
  uint32_t count;     /* rows that have a value or null; of a column inside another its values */
  uint32_t nulls;
  uint32_t capacity; /* rows that fit without growing */
  uint32_t distinct; /* entries of the dictionary */
  uint32_t slots;    /* size of `table`, a power of two */
  uint32_t keys_len, keys_capacity;
  uint32_t spare_capacity; /* rows */
  uint64_t heap_len, heap_capacity;
  int64_t constant[2]; /* CONSTANT number, or SEQUENCE base and step */
  uint8_t *data;       /* values, or int32 offsets */
  uint16_t *codes;
  uint8_t *valid;
  uint8_t *heap;
  uint32_t *table; /* open addressing: code + 1, 0 = free */
  uint8_t *keys;   /* VARIANT: the metadata that all values share */
  uint8_t *spare;  /* offsets while a dictionary is being undone */
} tide_b_column;

typedef struct tide_builder {
  tide_b_column *columns;
  char *names;
  const char *problem; /* static sentence behind `status` */
  uint64_t seed;
  uint64_t heap_bytes; /* of this frame, all columns */
  uint32_t count, capacity, names_len, names_capacity;
  uint32_t rows;
  uint32_t row_bytes;           /* of the columns of fixed width */
  uint32_t max_rows, max_bytes; /* where tide_end_row says TIDE_MORE; may be changed */
  uint32_t verbatim;            /* 1 = the last column holds the original records */
  uint32_t nested;              /* columns inside others; they stand behind the event's */
  tide_status status;           /* TIDE_OK, or the first failure */
  int32_t problem_column;       /* -1 = none */
  uint8_t kind;                 /* TIDE_KIND_DATA or TIDE_KIND_ERROR */
  uint8_t role[8];
  uint8_t arranged; /* 1 = columns inside others have their places */
  uint8_t reserved[2];
  uint32_t stream; /* source partition that the rows belong to; 0 unless set, before a frame is finished */
} tide_builder;

/* Remembers the first failure. */
static inline tide_status tide_b_fail(tide_builder *b, int32_t column, const char *problem) {
  if (b->status >= 0) {
    b->status = TIDE_E_FATAL;
    b->problem = problem;
    b->problem_column = column;
  }
  return b->status;
}

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

static inline int tide_b_has_heap_(uint32_t type) { return type == TIDE_UTF8 || type == TIDE_BINARY || type == TIDE_VARIANT; }
static inline int tide_b_has_offsets_(uint32_t type) { return tide_b_has_heap_(type) || type == TIDE_LIST; }

/* Bytes of a value of this type in a column's data; 0 for bits, and for STRUCT, which has none. */
static inline uint32_t tide_b_width_(uint32_t type, uint32_t param) {
  switch (type) {
  case TIDE_BOOL:
  case TIDE_STRUCT: return 0;
  case TIDE_I8: return 1;
  case TIDE_U16: return 2;
  case TIDE_UTF8:
  case TIDE_BINARY:
  case TIDE_VARIANT:
  case TIDE_LIST:
  case TIDE_I32:
  case TIDE_F32: return 4;
  case TIDE_FIXED: return param;
  case TIDE_DECIMAL128: return 16;
  default: return 8;
  }
}
/* What a value counts in the size of a frame under construction. */
static inline uint32_t tide_b_cost_(const tide_b_column *c) { return c->width ? c->width : 1u; }

static inline void *tide_b_resize_(tide_builder *b, void *old, uint64_t bytes) {
  void *room = bytes <= SIZE_MAX ? realloc(old, (size_t)bytes) : NULL;
  if (room == NULL) tide_b_fail(b, -1, "memory ran out");
  return room;
}

/* Makes room for `rows` rows of a column. */
static inline tide_status tide_b_room_(tide_builder *b, tide_b_column *c, uint32_t rows) {
  uint32_t capacity = c->capacity ? c->capacity : TIDE_B_LEAST_ROWS;
  void *room;
  if (c->parent < 0 && rows > TIDE_MAX_ROWS)
    return tide_b_fail(b, (int32_t)(c - b->columns), "a frame has at most 65536 rows");
  if (rows > TIDE_MAX_NESTED)
    return tide_b_fail(b, (int32_t)(c - b->columns), "the columns inside others hold more than 1048576 values");
  while (capacity < rows) capacity *= 2u;
  if (capacity == c->capacity && c->data) return b->status;
  room = tide_b_resize_(b, c->data, c->width == 0                   ? capacity / 8u
                                    : tide_b_has_offsets_(c->type) ? 4u * ((uint64_t)capacity + 1u)
                                                                    : c->width * (uint64_t)capacity);
  if (room == NULL) return b->status;
  if (c->data == NULL) memset(room, 0, 8);
  c->data = (uint8_t *)room;
  if (c->dictionary) {
    if ((room = tide_b_resize_(b, c->codes, 2u * (uint64_t)capacity)) == NULL) return b->status;
    c->codes = (uint16_t *)room;
  }
  if ((room = tide_b_resize_(b, c->valid, capacity / 8u)) == NULL) return b->status;
  c->valid = (uint8_t *)room;
  c->capacity = capacity;
  return b->status;
}

/* Makes room for `length` more bytes in a column's heap. */
static inline tide_status tide_b_heap_room_(tide_builder *b, tide_b_column *c, uint64_t length) {
  uint64_t capacity = c->heap_capacity ? c->heap_capacity : 1024u;
  void *room;
  if (length > TIDE_B_MAX_HEAP - c->heap_len)
    return tide_b_fail(b, (int32_t)(c - b->columns), "the strings of a column exceed 2 GiB in one frame");
  if (c->heap_len + length <= c->heap_capacity) return b->status;
  while (capacity < c->heap_len + length) capacity *= 2u;
  if ((room = tide_b_resize_(b, c->heap, capacity)) == NULL) return b->status;
  c->heap = (uint8_t *)room;
  c->heap_capacity = capacity;
  return b->status;
}

static inline tide_status tide_b_append_(tide_builder *b, tide_b_column *c, const void *bytes, uint64_t length) {
  if (length == 0) return b->status;
  if (tide_b_heap_room_(b, c, length) < 0) return b->status;
  memcpy(c->heap + c->heap_len, bytes, (size_t)length);
  c->heap_len += length;
  b->heap_bytes += length;
  return b->status;
}

static inline void tide_b_set_bit_(uint8_t *bits, uint32_t i, uint32_t value) {
  uint32_t before = bits[i >> 3] & ((1u << (i & 7u)) - 1u); /* clears what a dropped row or new memory left behind */
  bits[i >> 3] = (uint8_t)(before | (value << (i & 7u)));
}
static inline void tide_b_set_offset_(uint8_t *offsets, uint32_t i, uint64_t offset) {
  uint32_t value = (uint32_t)offset;
  memcpy(offsets + 4u * (size_t)i, &value, 4);
}
static inline uint32_t tide_b_offset_(const uint8_t *offsets, uint32_t i) {
  return (uint32_t)tide_load_i32_(offsets + 4u * (size_t)i);
}

static inline int32_t tide_b_add_(tide_builder *b, uint32_t type, uint32_t param) {
  tide_b_column *c;
  if (b->count == b->capacity) {
    uint32_t capacity = b->capacity ? 2u * b->capacity : 8u;
    void *room = tide_b_resize_(b, b->columns, capacity * sizeof(tide_b_column));
    if (room == NULL) return -1;
    b->columns = (tide_b_column *)room;
    b->capacity = capacity;
  }
  c = b->columns + b->count;
  memset(c, 0, sizeof *c);
  c->type = (uint8_t)type;
  c->role = TIDE_NONE_ROLE;
  c->param = (uint16_t)param;
  c->width = tide_b_width_(type, param);
  c->parent = -1;
  c->dictionary = type == TIDE_UTF8;
  c->form = c->dictionary ? TIDE_B_CODES : TIDE_B_ROWS;
  b->row_bytes += tide_b_cost_(c);
  return (int32_t)b->count++;
}

/* ---- dictionaries ---------------------------------------------------------------------------------------------------- */

/* A slot of a table: code + 1 in the low 17 bits, 15 bits of the hash above; 0 = free. */
#define TIDE_B_CODE_BITS_ 17u
#define TIDE_B_CODE_MASK_ ((1u << TIDE_B_CODE_BITS_) - 1u)

static inline uint32_t tide_b_slot_(uint64_t hash, uint32_t code) {
  return (uint32_t)(hash >> 49) << TIDE_B_CODE_BITS_ | (code + 1u);
}

static inline uint64_t tide_b_load_u32_(const uint8_t *p) {
  uint32_t word;
  memcpy(&word, p, 4);
  return word;
}

/* Hash of a string within one builder. Most keys are short: up to 16 bytes are taken as two words that may overlap. */
static inline uint64_t tide_b_hash_(const void *bytes, uint64_t length, uint64_t seed) {
  const uint8_t *p = (const uint8_t *)bytes;
  uint64_t first, last, h;
  if (length > 16) return tide_xxh64(bytes, length, seed);
  if (length >= 8) {
    first = tide_load_u64_(p);
    last = tide_load_u64_(p + length - 8);
  } else if (length >= 4) {
    first = tide_b_load_u32_(p);
    last = tide_b_load_u32_(p + length - 4);
  } else {
    first = length ? (uint64_t)p[0] | (uint64_t)p[length / 2] << 8 | (uint64_t)p[length - 1] << 16 : 0;
    last = 0;
  }
  h = ((first ^ seed) * TIDE_XXH_P1_) ^ (last + length * TIDE_XXH_P3_);
  h = (h ^ (h >> 29)) * TIDE_XXH_P2_; /* the last letters stand in the highest bits, which a product alone leaves there */
  return h ^ (h >> 32);
}

/* 1 when both have the same `length` bytes. */
static inline int tide_b_same_(const void *a, const void *b, uint64_t length) {
  const uint8_t *p = (const uint8_t *)a, *q = (const uint8_t *)b;
  if (length > 16) return memcmp(p, q, (size_t)length) == 0;
  if (length >= 8)
    return ((tide_load_u64_(p) ^ tide_load_u64_(q)) | (tide_load_u64_(p + length - 8) ^ tide_load_u64_(q + length - 8))) == 0;
  if (length >= 4)
    return ((tide_b_load_u32_(p) ^ tide_b_load_u32_(q)) |
            (tide_b_load_u32_(p + length - 4) ^ tide_b_load_u32_(q + length - 4))) == 0;
  for (; length > 0; length--)
    if (*p++ != *q++) return 0;
  return 1;
}

/* Doubles a dictionary's table, or makes it. */
static inline tide_status tide_b_rehash_(tide_builder *b, tide_b_column *c) {
  uint32_t slots = c->slots ? 2u * c->slots : 256u, code, at;
  uint32_t *table = (uint32_t *)tide_b_resize_(b, c->table, 4u * (uint64_t)slots);
  if (table == NULL) return b->status;
  memset(table, 0, 4u * (size_t)slots);
  c->table = table;
  c->slots = slots;
  for (code = 0; code < c->distinct; code++) {
    uint32_t from = tide_b_offset_(c->data, code), length = tide_b_offset_(c->data, code + 1u) - from;
    uint64_t hash = tide_b_hash_(length ? (const void *)(c->heap + from) : (const void *)"", length, b->seed);
    for (at = (uint32_t)hash & (slots - 1u); table[at] != 0;) at = (at + 1u) & (slots - 1u);
    table[at] = tide_b_slot_(hash, code);
  }
  return b->status;
}

/* Code of a string, which joins the dictionary when it is new; -1 after a failure. */
static inline int32_t tide_b_code_(tide_builder *b, tide_b_column *c, const char *bytes, uint64_t length) {
  uint64_t hash = tide_b_hash_(bytes, length, b->seed);
  uint32_t at, slot;
  if (2u * (c->distinct + 1u) > c->slots && tide_b_rehash_(b, c) < 0) return -1;
  for (at = (uint32_t)hash & (c->slots - 1u); (slot = c->table[at]) != 0; at = (at + 1u) & (c->slots - 1u)) {
    uint32_t code = (slot & TIDE_B_CODE_MASK_) - 1u, from;
    if (slot != tide_b_slot_(hash, code)) continue;
    from = tide_b_offset_(c->data, code);
    if (tide_b_offset_(c->data, code + 1u) - from != length) continue;
    if (length == 0 || tide_b_same_(c->heap + from, bytes, length)) return (int32_t)code;
  }
  if (tide_b_append_(b, c, bytes, length) < 0) return -1;
  c->table[at] = tide_b_slot_(hash, c->distinct);
  tide_b_set_offset_(c->data, c->distinct + 1u, c->heap_len);
  return (int32_t)c->distinct++;
}

/* Turns codes into offsets and bytes: the rows' strings are written behind the dictionary's, then moved over them. */
static inline tide_status tide_b_undo_codes_(tide_builder *b, tide_b_column *c) {
  uint64_t dictionary = c->heap_len, rows_bytes;
  uint8_t *offsets = c->spare;
  uint32_t i;
  if (c->spare_capacity < c->capacity) {
    offsets = (uint8_t *)tide_b_resize_(b, c->spare, 4u * ((uint64_t)c->capacity + 1u));
    if (offsets == NULL) return b->status;
    c->spare = offsets;
    c->spare_capacity = c->capacity;
  }
  tide_b_set_offset_(offsets, 0, 0);
  for (i = 0; i < c->count; i++) {
    if (c->nulls == 0 || tide_bit_(c->valid, i)) {
      uint32_t from = tide_b_offset_(c->data, c->codes[i]), length = tide_b_offset_(c->data, c->codes[i] + 1u) - from;
      if (tide_b_heap_room_(b, c, length) < 0) return b->status;
      if (length) memcpy(c->heap + c->heap_len, c->heap + from, length);
      c->heap_len += length;
    }
    tide_b_set_offset_(offsets, i + 1u, c->heap_len - dictionary);
  }
  rows_bytes = c->heap_len - dictionary;
  if (rows_bytes) memmove(c->heap, c->heap + dictionary, (size_t)rows_bytes);
  b->heap_bytes += rows_bytes - dictionary;
  c->heap_len = rows_bytes;
  c->spare = c->data;
  c->data = offsets;
  i = c->spare_capacity;
  c->spare_capacity = c->capacity;
  c->capacity = i < c->capacity ? i : c->capacity;
  if (c->table) memset(c->table, 0, 4u * (size_t)c->slots);
  c->distinct = 0;
  c->form = TIDE_B_ROWS;
  return b->status;
}

/* ---- rows ------------------------------------------------------------------------------------------------------------ */

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

/* What tide_b_cell_ gives when the column is an inner one, lacks room or something is wrong. */
TIDE_B_RARE_ static inline tide_b_column *tide_b_other_cell_(tide_builder *b, int32_t column, uint32_t type) {
  tide_b_column *c;
  if ((uint32_t)column >= b->count) {
    tide_b_fail(b, column, "there is no such column");
    return NULL;
  }
  c = b->columns + column;
  if (c->type != type) tide_b_fail(b, column, "a value is of another type than its column");
  if (c->count != (c->parent < 0 ? b->rows : tide_b_before_(b, c)))
    tide_b_fail(b, column, "a column has two values in one row, or a value beside its constant");
  if (b->status < 0 || (c->count == c->capacity && tide_b_room_(b, c, c->count + 1u) < 0)) return NULL;
  return c;
}

/* The column, with room for the value of the current row; NULL when that value must not be put. */
static inline tide_b_column *tide_b_cell_(tide_builder *b, int32_t column, uint32_t type) {
  if ((uint32_t)column < b->count) {
    tide_b_column *c = b->columns + column;
    if (c->type == type && c->parent < 0 && c->count == b->rows && c->count < c->capacity && b->status >= 0) return c;
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
