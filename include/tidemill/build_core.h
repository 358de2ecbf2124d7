/* What build.h stands on: the builder's state, memory and dictionaries. Plugins include build.h. */
#ifndef TIDEMILL_BUILD_CORE_H
#define TIDEMILL_BUILD_CORE_H

#include <stddef.h>
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
#define TIDE_B_LEAST_SLOTS_ 2048u        /* of a dictionary's table */
#define TIDE_B_SPARSE_ 4u                /* slots for each string of a dictionary, or more: few stand where another belongs */
#define TIDE_B_NEEDED_ 6u                /* columns that may not be null and are looked at one by one; most frames have one */
#define TIDE_B_CLOSED_ (~(uint64_t)0)    /* of `open`: no row */

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

/* A string of a dictionary, as its table finds it. */
typedef struct tide_b_entry {
  uint64_t first, last; /* its first and last bytes, which may overlap; of more than 16 bytes a hash of all */
  uint32_t length;
  uint32_t slot; /* where the table has its number */
} tide_b_entry;

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
  uint32_t count;     /* rows that have a value or null, of a column inside another values; nulls of the last rows may be owed */
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
  uint32_t direct; /* the type, of a column that takes a value a row; 0 inside others */
  uint32_t due;    /* row from which on a string takes a longer look: the first, then where a dictionary must have paid */
  tide_b_entry *entries; /* [code + 1] */
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
  uint32_t room;   /* rows for which all columns have room, when `open` was set last */
  uint64_t open;   /* the current row, when every column without a null that has its turn can take a value; else ~0 */
  uint32_t needed_count;
  uint16_t needed[TIDE_B_NEEDED_]; /* columns that may not be null, when there are so few */
} tide_builder;

/* Remembers the first failure. */
static inline tide_status tide_b_fail(tide_builder *b, int32_t column, const char *problem) {
  if (b->status >= 0) {
    b->open = TIDE_B_CLOSED_;
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
  if (capacity > TIDE_B_MAX_HEAP) capacity = TIDE_B_MAX_HEAP;
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
  c->direct = type;
  b->room = 0;
  b->open = TIDE_B_CLOSED_;
  c->dictionary = type == TIDE_UTF8;
  c->form = c->dictionary ? TIDE_B_CODES : TIDE_B_ROWS;
  b->row_bytes += tide_b_cost_(c);
  return (int32_t)b->count++;
}

/* ---- dictionaries ---------------------------------------------------------------------------------------------------- */

#define TIDE_B_SHORT_ 16u /* bytes of a string that an entry holds whole */

static inline uint64_t tide_b_load_u32_(const uint8_t *p) {
  uint32_t word;
  memcpy(&word, p, 4);
  return word;
}

/* Both halves of the product in one word. */
static inline uint64_t tide_b_mix_(uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
  __extension__ typedef unsigned __int128 product;
  product whole = (product)a * b;
  return (uint64_t)whole ^ (uint64_t)(whole >> 64);
#else
  uint64_t low = (a & 0xFFFFFFFFu) * (b & 0xFFFFFFFFu), left = (a >> 32) * (b & 0xFFFFFFFFu);
  uint64_t right = (a & 0xFFFFFFFFu) * (b >> 32), middle = (low >> 32) + (left & 0xFFFFFFFFu) + (right & 0xFFFFFFFFu);
  return (middle << 32 | (low & 0xFFFFFFFFu)) ^ ((a >> 32) * (b >> 32) + (left >> 32) + (right >> 32) + (middle >> 32));
#endif
}

/* Two words that are a string of at most TIDE_B_SHORT_ bytes, together with its length. */
static inline void tide_b_short_words_(const uint8_t *p, uint64_t length, uint64_t *first, uint64_t *last) {
  if (length >= 8) {
    *first = tide_load_u64_(p);
    *last = tide_load_u64_(p + length - 8);
  } else if (length >= 4) {
    *first = tide_b_load_u32_(p);
    *last = tide_b_load_u32_(p + length - 4);
  } else {
    *first = length ? (uint64_t)p[0] | (uint64_t)p[length / 2] << 8 | (uint64_t)p[length - 1] << 16 : 0;
    *last = 0;
  }
}

/* Two words that stand for a string: of one that is not short a hash, and its last bytes. */
static inline void tide_b_words_(const uint8_t *p, uint64_t length, uint64_t seed, uint64_t *first, uint64_t *last) {
  uint64_t hash = seed, i;
  if (length <= TIDE_B_SHORT_) {
    tide_b_short_words_(p, length, first, last);
    return;
  }
  for (i = 0; i < length - TIDE_B_SHORT_; i += TIDE_B_SHORT_)
    hash = tide_b_mix_(tide_load_u64_(p + i) ^ hash, tide_load_u64_(p + i + 8) ^ TIDE_XXH_P3_);
  *first = tide_load_u64_(p + length - 16) ^ hash;
  *last = tide_load_u64_(p + length - 8);
}

/* Neither factor is known to whoever chose the string. */
static inline uint32_t tide_b_hash_(uint64_t first, uint64_t last, uint64_t length, uint64_t seed) {
  return (uint32_t)tide_b_mix_(first ^ seed, (last + length) ^ ~seed);
}

/* Doubles a dictionary's table, or makes it. */
TIDE_B_RARE_ static inline tide_status tide_b_rehash_(tide_builder *b, tide_b_column *c) {
  uint32_t slots = c->slots ? 2u * c->slots : TIDE_B_LEAST_SLOTS_, code, at;
  uint32_t *table = (uint32_t *)tide_b_resize_(b, c->table, slots * sizeof *table);
  tide_b_entry *entries;
  if (table == NULL) return b->status;
  c->table = table;
  entries = (tide_b_entry *)tide_b_resize_(b, c->entries, (slots / TIDE_B_SPARSE_ + 1u) * sizeof *entries);
  if (entries == NULL) return b->status;
  c->entries = entries;
  c->slots = slots;
  memset(table, 0, slots * sizeof *table);
  entries->length = ~0u; /* of no string: what a free slot leads to */
  for (code = 1; code <= c->distinct; code++) {
    tide_b_entry *e = entries + code;
    at = tide_b_hash_(e->first, e->last, e->length, b->seed) & (slots - 1u);
    while (table[at] != 0) at = (at + 1u) & (slots - 1u);
    table[at] = code;
    e->slot = at;
  }
  return b->status;
}

/* Forgets all strings of a dictionary. */
static inline void tide_b_forget_(tide_b_column *c) {
  uint32_t code;
  if (c->distinct <= c->slots / 32u)
    for (code = 1; code <= c->distinct; code++) c->table[c->entries[code].slot] = 0;
  else
    memset(c->table, 0, c->slots * sizeof *c->table);
  c->distinct = 0;
  c->due = 0;
}

/* Number of the next entry with these words, which is its code + 1, 0 = none; *at is where to look, at first the hash. */
static inline uint32_t tide_b_entry_(const tide_b_column *c, uint64_t first, uint64_t last, uint64_t length, uint32_t *at) {
  const uint32_t *table = c->table;
  const tide_b_entry *entries = c->entries, *e;
  uint32_t mask = c->slots - 1u, number;
  while ((number = table[*at & mask]) != 0) {
    e = entries + number;
    if (e->first == first && e->last == last && e->length == length) break;
    ++*at;
  }
  return number;
}

/* Number of a string's entry, which joins the dictionary when it is new; 0 after a failure. */
static inline uint32_t tide_b_number_(tide_builder *b, tide_b_column *c, const uint8_t *bytes, uint64_t length) {
  uint64_t first, last;
  uint32_t at, number;
  tide_b_entry *e;
  if (c->slots == 0 && tide_b_rehash_(b, c) < 0) return 0;
  tide_b_words_(bytes, length, b->seed, &first, &last);
  for (at = tide_b_hash_(first, last, length, b->seed); (number = tide_b_entry_(c, first, last, length, &at)) != 0; at++)
    if (length <= TIDE_B_SHORT_ || memcmp(c->heap + tide_b_offset_(c->data, number - 1u), bytes, (size_t)length) == 0)
      return number;
  number = c->distinct + 1u;
  if (TIDE_B_SPARSE_ * number > c->slots) {
    if (tide_b_rehash_(b, c) < 0) return 0;
    for (at = tide_b_hash_(first, last, length, b->seed); c->table[at & (c->slots - 1u)] != 0;) at++;
  }
  if (tide_b_append_(b, c, bytes, length) < 0) return 0;
  tide_b_set_offset_(c->data, number, c->heap_len);
  e = c->entries + number;
  e->first = first;
  e->last = last;
  e->length = (uint32_t)length;
  e->slot = at & (c->slots - 1u);
  c->table[e->slot] = number;
  return c->distinct = number;
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
  tide_b_forget_(c);
  c->form = TIDE_B_ROWS;
  return b->status;
}

#ifdef __cplusplus
}
#endif
#endif
