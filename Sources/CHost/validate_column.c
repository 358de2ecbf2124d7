#include "tide_utf8.h"
#include "validate.h"

/* Sets of types, which are known to be below 32 wherever one is asked. */
#define SET(type) (1u << (type))
#define HEAP_TYPES (SET(TIDE_UTF8) | SET(TIDE_BINARY) | SET(TIDE_VARIANT))
#define NESTED_TYPES (SET(TIDE_LIST) | SET(TIDE_STRUCT))
#define DICTIONARY_TYPES (SET(TIDE_UTF8) | SET(TIDE_BINARY) | SET(TIDE_FIXED) | SET(TIDE_DECIMAL128))
#define SEQUENCE_TYPES (SET(TIDE_I64) | SET(TIDE_TIME) | SET(TIDE_DURATION) | SET(TIDE_U64))

static int is_of(const tide_column *d, uint32_t set) { return set >> d->type & 1u; }

static int has_heap(const tide_column *d) { return is_of(d, HEAP_TYPES); }

static int is_inner(const tide_column *d) { return d->parent != TIDE_NONE_COLUMN; }

static uint32_t count_bits(const uint8_t *bits, uint32_t count) {
  uint32_t ones = 0, bytes = count / 8, i = 0;
  for (; i + 8 <= bytes; i += 8) ones += (uint32_t)__builtin_popcountll(tide_load_u64_(bits + i));
  for (; i < bytes; i++) ones += (uint32_t)__builtin_popcount(bits[i]);
  if (count % 8) ones += (uint32_t)__builtin_popcount(bits[i] & ((1u << count % 8) - 1));
  return ones;
}

/* Rule 16 (14 for bitmaps) of one buffer, and its part of rule 31. */
static int32_t check_range(check *c, uint32_t rule, uint32_t from, uint64_t length, const char *reason) {
  if (from % 8 || from < c->floor || from + length > c->length) return reject(c, rule, from, reason);
  c->referenced += length;
  return 0;
}

/* Rule 12 of one name. */
static int32_t check_name(const check *c, const tide_column *d) {
  uint64_t at = offset_of(c, &d->name);
  if (d->name_len == 0 && d->name == 0) return 0;
  if (d->name_len > TIDE_MAX_NAME) return reject(c, 12, at, "a name is longer than 255 bytes");
  if (d->name < c->f->names || (uint64_t)d->name + d->name_len > (uint64_t)c->f->names + c->f->names_len)
    return reject(c, 12, at, "a name is outside the names");
  if (c->names_are_plain) return 0;
  if (tide_utf8_prefix(c->bytes + d->name, d->name_len, NULL) != d->name_len)
    return reject(c, 12, d->name, "a name is not UTF-8");
  if (memchr(c->bytes + d->name, 0, d->name_len)) return reject(c, 12, d->name, "a name contains NUL");
  return 0;
}

/* Rule 35: what a type takes as its parameter. */
static int32_t check_param(const check *c, const tide_column *d) {
  uint32_t precision = d->param >> 8, scale = d->param & 0xFFu;
  uint64_t at = offset_of(c, &d->param);
  if (d->type == TIDE_FIXED && d->param == 0) return reject(c, 35, at, "a FIXED has no width");
  if (d->type == TIDE_DECIMAL128 && (precision < 1 || precision > 38 || scale > precision))
    return reject(c, 35, at, "a DECIMAL128 has no precision from 1 to 38, or a scale above it");
  return 0;
}

/* Rules 28, 20, 35, 29, 11: what kind of column it is. */
static int32_t check_kind(check *c, const tide_column *d) {
  int top = c->column < (int32_t)c->f->top, has_rows = top || is_inner(d);
  uint64_t at = offset_of(c, d);
  if (d->type < TIDE_BOOL || d->type > TIDE_DECIMAL128) return reject(c, 28, at, "a column has an unknown type");
  if (d->enc > TIDE_SEQ) return reject(c, 20, at + 1, "a column has a reserved encoding");
  if (d->enc == TIDE_DICT16 && (!has_rows || !is_of(d, DICTIONARY_TYPES)))
    return reject(c, 20, at + 1, "only a column of UTF8, BINARY, FIXED or DECIMAL128 may be dictionary-encoded");
  if (d->enc == TIDE_SEQ && (!top || !is_of(d, SEQUENCE_TYPES)))
    return reject(c, 20, at + 1, "only a column of I64, TIME, DURATION or U64 may be a sequence");
  if (!has_rows && is_of(d, NESTED_TYPES | SET(TIDE_VARIANT)))
    return reject(c, 20, at, "a dictionary or rider is a VARIANT, LIST or STRUCT");
  if (check_param(c, d)) return -1;
  if ((is_inner(d) || d->first_child || d->nchild || is_of(d, NESTED_TYPES)) && tide_check_nesting_(c, d)) return -1;
  if (top && d->len != c->f->rows) return reject(c, 11, offset_of(c, &d->len), "a column's len is not the frame's rows");
  if (!has_rows && (d->len < 1 || d->len > TIDE_MAX_ROWS))
    return reject(c, 11, offset_of(c, &d->len), "a dictionary's len is not between 1 and 65536");
  return 0;
}

/* Rules 13..15. */
static int32_t check_nulls(check *c, const tide_column *d) {
  uint64_t at = offset_of(c, &d->nulls);
  if (d->nulls > d->len) return reject(c, 13, at, "a column has more nulls than values");
  if (c->column >= (int32_t)c->f->top && !is_inner(d) && (d->nulls || d->valid))
    return reject(c, 15, at, "a descriptor after the columns has nulls");
  if (d->nulls && !(d->flags & TIDE_NULLABLE)) return reject(c, 15, at, "a column that is not nullable has nulls");
  if (d->valid == 0) return d->nulls ? reject(c, 15, at, "a column has nulls but no bitmap") : 0;
  if (check_range(c, 14, d->valid, ((uint64_t)d->len + 7) / 8, "a bitmap is misaligned or leaves the frame")) return -1;
  if (count_bits(c->bytes + d->valid, d->len) != d->len - d->nulls)
    return reject(c, 15, d->valid, "a bitmap does not agree with the number of nulls");
  return 0;
}

/* Bytes of one value of a type without offsets, but for FIXED; 0 for bits. */
static const uint8_t widths[TIDE_DECIMAL128 + 1] = {
    [TIDE_I64] = 8, [TIDE_F64] = 8, [TIDE_TIME] = 8,     [TIDE_I32] = 4, [TIDE_U16] = 2,
    [TIDE_I8] = 1,  [TIDE_F32] = 4, [TIDE_DURATION] = 8, [TIDE_U64] = 8, [TIDE_DECIMAL128] = 16,
};

/* Rules 16, 17, 21..23: where the values are, and that there are enough. */
static int32_t check_buffers(check *c, const tide_column *d) {
  uint64_t count = d->enc == TIDE_CONST ? 1 : d->len, need, at = offset_of(c, &d->data_len);
  if (d->type == TIDE_STRUCT) {
    if (d->data || d->data_len || d->heap || d->heap_len) return reject(c, 16, at, "a STRUCT has values beside its fields'");
    return 0;
  }
  if (check_range(c, 16, d->data, d->data_len, "a column's data is misaligned or leaves the frame")) return -1;
  if (d->enc == TIDE_DICT16) {
    if (d->data_len < 2 * count) return reject(c, 17, at, "there are fewer codes than rows");
  } else if (d->enc == TIDE_SEQ) {
    if (d->data_len < 16) return reject(c, 22, at, "a sequence lacks its base or step");
  } else if (is_of(d, HEAP_TYPES | SET(TIDE_LIST))) {
    if (d->data_len < 4 * (count + 1)) return reject(c, 23, at, "there are fewer offsets than values and one");
  } else {
    need = d->type == TIDE_BOOL ? (count + 7) / 8 : count * (d->type == TIDE_FIXED ? d->param : widths[d->type]);
    if (d->data_len < need) return reject(c, 21, at, "there are fewer bytes than the values need");
  }
  if (d->heap == 0 && d->heap_len == 0) return 0;
  if (!has_heap(d) || d->enc == TIDE_DICT16) return reject(c, 16, offset_of(c, &d->heap), "a column without a heap has one");
  return check_range(c, 16, d->heap, d->heap_len, "a column's heap is misaligned or leaves the frame");
}

/* Rules 24..26, and 29 for the offsets of a LIST. */
static int32_t check_offsets(const check *c, const tide_column *d) {
  const uint8_t *offsets = c->bytes + d->data, *heap = c->bytes + d->heap;
  uint32_t count = d->enc == TIDE_CONST ? 1 : d->len;
  int32_t last = tide_load_i32_(offsets + 4 * (uint64_t)count);
  int goes_back = 0, ascii;
  if (tide_load_i32_(offsets) != 0) return reject(c, 24, d->data, "a column's first offset is not 0");
  for (uint32_t i = 0; i < count; i++)
    goes_back |= tide_load_i32_(offsets + 4 * (uint64_t)i + 4) < tide_load_i32_(offsets + 4 * (uint64_t)i);
  if (goes_back) return reject(c, 24, d->data, "a column's offsets go back");
  if (d->type == TIDE_LIST)
    return (uint32_t)last <= c->columns[d->first_child].len
               ? 0
               : reject(c, 29, d->data, "the offsets of a LIST leave the column inside it");
  if ((uint64_t)(uint32_t)last > d->heap_len) return reject(c, 24, d->data, "a column's offsets leave its heap");
  if (d->type != TIDE_UTF8) return 0;
  uint64_t good = tide_utf8_prefix(heap, d->heap_len, &ascii);
  if (good != d->heap_len) return reject(c, 25, d->heap + good, "a column's text is not UTF-8");
  if (ascii) return 0;
  for (uint32_t i = 1; i <= count; i++) {
    uint32_t offset = (uint32_t)tide_load_i32_(offsets + 4 * (uint64_t)i);
    if (offset < d->heap_len && (heap[offset] & 0xC0) == 0x80)
      return reject(c, 26, d->heap + offset, "an offset cuts a UTF-8 character in two");
  }
  return 0;
}

/* Rule 34 of the header row that verbatim records stand under: it takes the place of a dictionary. */
static int32_t check_head(const check *c, const tide_column *d) {
  const tide_column *head = c->columns + d->dict;
  if (d->dict >= c->f->top && d->dict < c->f->cols && head->type == TIDE_BINARY && head->enc == TIDE_CONST && head->len == 1 &&
      !is_inner(head))
    return 0;
  return reject(c, 34, offset_of(c, &d->dict), "the header row of verbatim records is not one constant of BINARY");
}

/* Rules 18, 19 of a DICT16 column, 27 of a VARIANT, and that no other has a dictionary. */
static int32_t check_dictionary(const check *c, const tide_column *d) {
  uint64_t at = offset_of(c, &d->dict);
  const tide_column *dictionary;
  if (c->f->verbatim && c->column == c->f->verbatim && d->enc == TIDE_FLAT && d->dict != TIDE_NONE_COLUMN) return check_head(c, d);
  if (d->enc != TIDE_DICT16 && d->type != TIDE_VARIANT)
    return d->dict == TIDE_NONE_COLUMN ? 0 : reject(c, 18, at, "a column that needs no dictionary has one");
  if (d->dict < c->f->top || d->dict >= c->f->cols)
    return reject(c, d->type == TIDE_VARIANT ? 27 : 18, at, "a dictionary is no descriptor after the columns");
  dictionary = c->columns + d->dict;
  if (d->type == TIDE_VARIANT) {
    if (dictionary->type != TIDE_BINARY || dictionary->enc != TIDE_CONST || dictionary->len != 1 ||
        is_inner(dictionary))
      return reject(c, 27, at, "a VARIANT's key dictionary is not one constant of BINARY");
    return 0;
  }
  if (dictionary->type != d->type || dictionary->enc != TIDE_FLAT || dictionary->param != d->param || is_inner(dictionary))
    return reject(c, 18, at, "a dictionary is not a flat column of the same type");
  return tide_greatest_code_(c->bytes + d->data, d->len) < dictionary->len ? 0 : reject(c, 19, d->data, "a code is beyond its dictionary");
}

/* 1 says that no rule is against this column: numbers of eight bytes with nothing beside them, as most are. 0 says no more than
 * that the rules have to be asked one by one. */
static int is_plain(const check *c, const tide_column *d) {
  uint64_t nulls_valid, heap_length, relations, need = d->enc == TIDE_FLAT ? 8 * (uint64_t)d->len : d->enc == TIDE_SEQ ? 16 : 8;
  uint32_t types = SET(TIDE_I64) | SET(TIDE_TIME) | (d->enc == TIDE_SEQ ? 0 : SET(TIDE_F64));
  if (d->type > TIDE_DECIMAL128 || !is_of(d, types) || d->enc > TIDE_SEQ || d->enc == TIDE_DICT16) return 0;
  memcpy(&nulls_valid, &d->nulls, sizeof nulls_valid);
  memcpy(&heap_length, &d->heap, sizeof heap_length);
  memcpy(&relations, &d->parent, sizeof relations);
  relations = (relations << 16 >> 16) ^ TIDE_NONE_COLUMN; /* but for the parameter */
  if ((nulls_valid | heap_length | relations) != 0 || d->dict != TIDE_NONE_COLUMN) return 0;
  if (c->column >= (int32_t)c->f->top || d->len != c->f->rows || d->data_len < need) return 0;
  if (d->data % 8 || d->data < c->floor || (uint64_t)d->data + d->data_len > c->length) return 0;
  return c->names_are_plain && d->name_len <= TIDE_MAX_NAME && d->name >= c->f->names &&
         (uint64_t)d->name + d->name_len <= (uint64_t)c->f->names + c->f->names_len;
}

/* The rules one by one; apart, so that what most columns need stays short. */
static __attribute__((noinline)) int32_t check_rules(check *c, const tide_column *d) {
  if (check_kind(c, d) || check_name(c, d) || check_nulls(c, d) || check_buffers(c, d)) return -1;
  if (is_of(d, HEAP_TYPES | SET(TIDE_LIST)) && d->enc != TIDE_DICT16 && check_offsets(c, d)) return -1;
  return check_dictionary(c, d);
}

int32_t tide_check_column_(check *c, const tide_column *d) {
  if (!is_plain(c, d)) return check_rules(c, d);
  c->referenced += d->data_len;
  return 0;
}

/* Rule 30 of one VARIANT column; its bytes and its dictionary's are known to lie in the frame. */
static int32_t check_variants(const check *c, const tide_column *d, uint32_t keys) {
  uint32_t count = d->enc == TIDE_CONST ? 1 : d->len;
  for (uint32_t i = 0; i < count; i++) {
    int32_t from = tide_load_i32_(c->bytes + d->data + 4 * (uint64_t)i);
    int32_t to = tide_load_i32_(c->bytes + d->data + 4 * (uint64_t)i + 4);
    int is_null = d->enc == TIDE_CONST ? d->nulls == d->len : d->valid && !tide_bit_(c->bytes + d->valid, i);
    if (is_null && from == to) continue;
    const char *wrong = tide_variant_check(c->bytes + d->heap + from, (uint64_t)(to - from), keys);
    if (wrong) return reject(c, 30, (uint64_t)d->heap + (uint64_t)from, wrong);
  }
  return 0;
}

static int32_t check_all_variants(check *c) {
  uint64_t seen[TIDE_MAX_COLUMNS / 64] = {0}; /* dictionaries already checked, so that sharing one costs nothing */
  for (uint32_t i = 0; i < c->f->cols; i++) {
    const tide_column *d = c->columns + i, *dictionary;
    if (d->type != TIDE_VARIANT) continue;
    dictionary = c->columns + d->dict;
    const uint8_t *metadata = c->bytes + dictionary->heap;
    uint32_t length = (uint32_t)tide_load_i32_(c->bytes + dictionary->data + 4), keys;
    if (seen[d->dict / 64] >> d->dict % 64 & 1) {
      keys = 0;
      for (uint32_t b = 0; b < (metadata[0] >> 6) + 1u; b++) keys |= (uint32_t)metadata[1 + b] << (8 * b);
    } else {
      const char *wrong = tide_variant_check_keys(metadata, length, &keys);
      c->column = d->dict;
      if (wrong) return reject(c, 30, dictionary->heap, wrong);
      seen[d->dict / 64] |= 1ull << d->dict % 64;
    }
    c->column = (int32_t)i;
    if (check_variants(c, d, keys)) return -1;
  }
  return 0;
}

int32_t tide_check_variants_(check *c) {
  for (uint32_t i = 0; i < c->f->cols; i++)
    if (c->columns[i].type == TIDE_VARIANT) return check_all_variants(c);
  return 0;
}
