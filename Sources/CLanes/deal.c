#include "CLanes.h"

#include <string.h>

/* No lane: the code has not been looked up. */
#define UNKNOWN 255u

/* ---- hashes ------------------------------------------------------------------------------------------------------------- */

static inline uint64_t step_of_word(uint64_t hash, uint64_t word) {
  return tide_rotl_(hash ^ tide_xxh_round_(0, word), 27) * TIDE_XXH_P1_ + TIDE_XXH_P4_;
}
static inline uint64_t step_of_byte(uint64_t hash, uint64_t byte) {
  return tide_rotl_(hash ^ byte * TIDE_XXH_P5_, 11) * TIDE_XXH_P1_;
}
/* The group that a hash ends in, whose last step changes lower bits only. */
static inline uint32_t group_of_hash(uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * TIDE_XXH_P2_;
  return (uint32_t)((hash ^ (hash >> 29)) * TIDE_XXH_P3_ >> 57);
}

/* tide_key_group of a tag and the 8 bytes of a number. */
static inline uint32_t group_of_word(uint8_t tag, uint64_t word) {
  return group_of_hash(step_of_byte(step_of_word(TIDE_XXH_P5_ + 9u, tag | word << 8), word >> 56));
}
static inline uint32_t group_of_tag(uint8_t tag) { return group_of_hash(step_of_byte(TIDE_XXH_P5_ + 1u, tag)); }

static inline uint32_t load_u32(const uint8_t *at) { return (uint32_t)tide_load_i32_(at); }

/* tide_key_group of a tag and bytes, which stand one place further than they do behind their tag. */
static inline uint32_t group_of_bytes(uint8_t tag, const uint8_t *at, uint64_t length) {
  const uint8_t *end = at + length;
  uint64_t hash = TIDE_XXH_P5_, first, a, b, c, d;
  uint32_t half;
  if (length >= 7u) {
    first = tag | (uint64_t)load_u32(at) << 8 | (uint64_t)(load_u32(at + 3) >> 8) << 40;
    at += 7;
    if (length >= 31u) {
      a = tide_xxh_round_(TIDE_XXH_P1_ + TIDE_XXH_P2_, first);
      b = tide_xxh_round_(TIDE_XXH_P2_, tide_load_u64_(at));
      c = tide_xxh_round_(0, tide_load_u64_(at + 8));
      d = tide_xxh_round_(0u - TIDE_XXH_P1_, tide_load_u64_(at + 16));
      for (at += 24; end - at >= 32; at += 32) {
        a = tide_xxh_round_(a, tide_load_u64_(at));
        b = tide_xxh_round_(b, tide_load_u64_(at + 8));
        c = tide_xxh_round_(c, tide_load_u64_(at + 16));
        d = tide_xxh_round_(d, tide_load_u64_(at + 24));
      }
      hash = tide_rotl_(a, 1) + tide_rotl_(b, 7) + tide_rotl_(c, 12) + tide_rotl_(d, 18);
      hash = tide_xxh_merge_(tide_xxh_merge_(tide_xxh_merge_(tide_xxh_merge_(hash, a), b), c), d) + length + 1u;
    } else {
      hash = step_of_word(hash + length + 1u, first);
    }
    for (; end - at >= 8; at += 8) hash = step_of_word(hash, tide_load_u64_(at));
    half = end - at >= 4 ? load_u32(at) : 0;
    if (end - at >= 4) {
      hash = tide_rotl_(hash ^ half * TIDE_XXH_P1_, 23) * TIDE_XXH_P2_ + TIDE_XXH_P3_;
      at += 4;
    }
  } else {
    hash += length + 1u;
    if (length >= 3u) {
      half = tag | (uint32_t)at[0] << 8 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 24;
      hash = tide_rotl_(hash ^ half * TIDE_XXH_P1_, 23) * TIDE_XXH_P2_ + TIDE_XXH_P3_;
      at += 3;
    } else {
      hash = step_of_byte(hash, tag);
    }
  }
  for (; at < end; at++) hash = step_of_byte(hash, *at);
  return group_of_hash(hash);
}

/* ---- lanes of rows ------------------------------------------------------------------------------------------------------ */

/* A column that is read without asking for each row what it is. */
typedef struct plain {
  const uint8_t *values, *heap; /* offsets and texts, where it holds texts */
  const uint8_t *valid;         /* NULL: no row is null */
} plain;

/* How values become keys. */
enum form { WORD_I64, WORD_TIME, WORD_I32, WORD_U16, WORD_I8, WORD_U64, WORD_F64, WORD_F32, TRUTH, TEXT, BYTES, OTHER };

static enum form form_of(const tide_column *column) {
  if (column->enc != TIDE_FLAT) return OTHER;
  switch (column->type) {
  case TIDE_I64:
  case TIDE_DURATION: return WORD_I64;
  case TIDE_TIME: return WORD_TIME;
  case TIDE_I32: return WORD_I32;
  case TIDE_U16: return WORD_U16;
  case TIDE_I8: return WORD_I8;
  case TIDE_U64: return WORD_U64;
  case TIDE_F64: return WORD_F64;
  case TIDE_F32: return WORD_F32;
  case TIDE_BOOL: return TRUTH;
  case TIDE_UTF8: return TEXT;
  case TIDE_BINARY: return BYTES;
  default: return OTHER;
  }
}

static inline uint32_t group_of_double(double number) {
  uint8_t key[9];
  tide_key_double_(key, number);
  return group_of_word(key[0], tide_load_u64_(key + 1));
}

/* Key group of a value that is there. */
static inline __attribute__((always_inline)) uint32_t group_at(enum form form, const plain *p, uint32_t row) {
  const uint8_t *words = p->values + 8u * (uint64_t)row, *halves = p->values + 4u * (uint64_t)row;
  uint8_t key[9];
  float single;
  uint32_t from;
  switch (form) {
  case WORD_I64: return group_of_word(TIDE_KEY_INTEGER, tide_load_u64_(words));
  case WORD_TIME: return group_of_word(TIDE_KEY_TIME, tide_load_u64_(words));
  case WORD_I32: return group_of_word(TIDE_KEY_INTEGER, (uint64_t)(int64_t)tide_load_i32_(halves));
  case WORD_U16: return group_of_word(TIDE_KEY_INTEGER, tide_load_u16_(p->values + 2u * (uint64_t)row));
  case WORD_I8: return group_of_word(TIDE_KEY_INTEGER, (uint64_t)(int64_t)(int8_t)p->values[row]);
  case WORD_U64:
    tide_key_unsigned_(key, tide_load_u64_(words));
    return group_of_word(key[0], tide_load_u64_(key + 1));
  case WORD_F64: return group_of_double(tide_load_f64_(words));
  case WORD_F32: memcpy(&single, halves, 4); return group_of_double((double)single);
  case TRUTH: return group_of_tag(tide_bit_(p->values, row) ? TIDE_KEY_TRUE : TIDE_KEY_FALSE);
  default:
    from = load_u32(halves);
    return group_of_bytes(form == TEXT ? TIDE_KEY_TEXT : TIDE_KEY_BINARY, p->heap + from, load_u32(halves + 4) - from);
  }
}

/* The lanes of all rows; `form` is known where this is compiled. */
static inline __attribute__((always_inline)) void lanes_of(enum form form, const tide_dealer *d, const plain *p,
                                                           const uint16_t *selection, uint32_t count) {
  const uint8_t *lane_of_group = d->lane_of_group;
  uint8_t *lanes = d->lane_of_row, none = lane_of_group[group_of_tag(TIDE_KEY_NULL)];
  uint32_t i;
  if (p->valid != NULL) {
    for (i = 0; i < count; i++) {
      uint32_t row = selection ? selection[i] : i;
      lanes[i] = tide_bit_(p->valid, row) ? lane_of_group[group_at(form, p, row)] : none;
    }
  } else if (selection != NULL) {
    for (i = 0; i < count; i++) lanes[i] = lane_of_group[group_at(form, p, selection[i])];
  } else {
    for (i = 0; i < count; i++) lanes[i] = lane_of_group[group_at(form, p, i)];
  }
}

/* The lanes of rows whose key is one column of a type; 0 when that is not read so. */
static int by_column(const tide_dealer *d, const tide_frame *f, const tide_column *column, const uint16_t *selection,
                     uint32_t count) {
  plain p = {tide_at(f, column->data), tide_at(f, column->heap), column->valid == 0 ? NULL : tide_at(f, column->valid)};
  switch (form_of(column)) {
  case WORD_I64: lanes_of(WORD_I64, d, &p, selection, count); return 1;
  case WORD_TIME: lanes_of(WORD_TIME, d, &p, selection, count); return 1;
  case WORD_I32: lanes_of(WORD_I32, d, &p, selection, count); return 1;
  case WORD_U16: lanes_of(WORD_U16, d, &p, selection, count); return 1;
  case WORD_I8: lanes_of(WORD_I8, d, &p, selection, count); return 1;
  case WORD_U64: lanes_of(WORD_U64, d, &p, selection, count); return 1;
  case WORD_F64: lanes_of(WORD_F64, d, &p, selection, count); return 1;
  case WORD_F32: lanes_of(WORD_F32, d, &p, selection, count); return 1;
  case TRUTH: lanes_of(TRUTH, d, &p, selection, count); return 1;
  case TEXT: lanes_of(TEXT, d, &p, selection, count); return 1;
  case BYTES: lanes_of(BYTES, d, &p, selection, count); return 1;
  default: return 0;
  }
}

/* Lane of a row's key; *needed says how many bytes its key has where there are too few. */
static uint8_t lane_of(const tide_dealer *d, const tide_frame *f, uint32_t row, uint64_t *needed) {
  uint64_t length = d->column_count == 0 ? 0 : tide_key_bytes_n(f, d->columns, d->column_count, row, d->key, d->key_capacity);
  if (length > d->key_capacity) {
    *needed = length;
    return 0;
  }
  return d->lane_of_group[tide_key_group(d->key, length)];
}

/* The lanes of rows whose key is one column of any type: of short texts and of numbers, which are most, without a copy. Returns as
 * tide_deal does. */
static uint64_t by_variant(const tide_dealer *d, const tide_frame *f, const uint16_t *selection, uint32_t count) {
  uint64_t needed = 0;
  uint32_t i;
  for (i = 0; i < count; i++) {
    uint32_t row = selection ? selection[i] : i;
    tide_string value = tide_bytes(f, d->columns[0], row);
    const uint8_t *at = (const uint8_t *)value.data;
    if (value.length > 0 && (at[0] & 3u) == 1u && (at[0] >> 2) < value.length) {
      d->lane_of_row[i] = d->lane_of_group[group_of_bytes(TIDE_KEY_TEXT, at + 1, at[0] >> 2)];
    } else if (value.length > 0 && value.length <= 18u) {
      /* The key of a number, a truth or a time has 9 bytes at most; what takes more is not written. */
      uint8_t key[9];
      uint64_t length = tide_key_variant(value, key, sizeof key);
      if (length == sizeof key)
        d->lane_of_row[i] = d->lane_of_group[group_of_word(key[0], tide_load_u64_(key + 1))];
      else
        d->lane_of_row[i] = lane_of(d, f, row, &needed);
    } else {
      d->lane_of_row[i] = lane_of(d, f, row, &needed);
    }
    if (needed > 0) return needed;
  }
  return 0;
}

/* The lanes of rows whose key is one column of texts with a dictionary: each text is looked at once. Returns as tide_deal does. */
static uint64_t by_code(const tide_dealer *d, const tide_frame *f, const uint16_t *selection, uint32_t count) {
  int32_t column = d->columns[0];
  const uint16_t *codes = tide_code_vec(f, column);
  uint64_t needed = 0;
  uint32_t i;
  uint8_t none = UNKNOWN;
  memset(d->lane_of_code, UNKNOWN, tide_col(f, tide_col(f, column)->dict)->len);
  for (i = 0; i < count; i++) {
    uint32_t row = selection ? selection[i] : i;
    uint8_t *known = tide_valid(f, column, row) ? &d->lane_of_code[codes[row]] : &none;
    if (*known == UNKNOWN) {
      *known = lane_of(d, f, row, &needed);
      if (needed > 0) return needed;
    }
    d->lane_of_row[i] = *known;
  }
  return 0;
}

/* One column that holds the same value in every row: one key. */
static int is_constant(const tide_dealer *d, const tide_frame *f) {
  uint32_t i;
  for (i = 0; i < d->column_count; i++) {
    if (d->columns[i] >= 0 && tide_col(f, d->columns[i])->enc != TIDE_CONST) return 0;
  }
  return 1;
}

/* The rows, lane after lane. */
static void sort(const tide_dealer *d, const uint16_t *selection, uint32_t count, uint32_t *starts) {
  const uint8_t *lanes = d->lane_of_row;
  uint32_t counts[4][TIDE_KEY_GROUPS], i, lane, total = 0;
  memset(counts, 0, sizeof counts);
  /* Counters of their own for neighbours: one does not wait for the other. */
  for (i = 0; i + 4 <= count; i += 4) {
    counts[0][lanes[i]]++;
    counts[1][lanes[i + 1]]++;
    counts[2][lanes[i + 2]]++;
    counts[3][lanes[i + 3]]++;
  }
  for (; i < count; i++) counts[0][lanes[i]]++;
  for (lane = 0; lane < d->lanes; lane++) {
    starts[lane] = total;
    total += counts[0][lane] + counts[1][lane] + counts[2][lane] + counts[3][lane];
    counts[0][lane] = starts[lane];
  }
  starts[d->lanes] = total;
  for (i = 0; i < count; i++) d->rows[counts[0][lanes[i]]++] = selection ? selection[i] : (uint16_t)i;
}

uint64_t tide_deal(const tide_dealer *d, const tide_frame *f, const uint16_t *selection, uint32_t count, uint32_t *starts) {
  const tide_column *column = d->column_count == 1 && d->columns[0] >= 0 ? tide_col(f, d->columns[0]) : NULL;
  uint64_t needed = 0;
  uint32_t i;
  if (count > 0 && is_constant(d, f)) {
    uint8_t lane = lane_of(d, f, selection ? selection[0] : 0, &needed);
    if (needed > 0) return needed;
    memset(d->lane_of_row, lane, count);
  } else if (column != NULL && column->enc == TIDE_DICT16) {
    if ((needed = by_code(d, f, selection, count)) > 0) return needed;
  } else if (column != NULL && column->type == TIDE_VARIANT) {
    if ((needed = by_variant(d, f, selection, count)) > 0) return needed;
  } else if (column == NULL || !by_column(d, f, column, selection, count)) {
    for (i = 0; i < count; i++) {
      d->lane_of_row[i] = lane_of(d, f, selection ? selection[i] : i, &needed);
      if (needed > 0) return needed;
    }
  }
  sort(d, selection, count, starts);
  return 0;
}
