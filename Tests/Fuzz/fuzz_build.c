#include "fuzz.h"

#define COLUMNS 24u
#define VALUES 600u

/* What a column must hold: one entry a value. */
typedef struct entry {
  uint64_t hash; /* of the value's bytes, 0 = null */
} entry;

typedef struct program {
  const uint8_t *data, *end;
  tide_builder b;
  int32_t columns;                 /* declared */
  int32_t parent[COLUMNS];         /* -1 = an event's own */
  uint8_t type[COLUMNS], fixed[COLUMNS];
  uint32_t count[COLUMNS], before[COLUMNS]; /* entries; and before this row */
  entry *entries;                  /* COLUMNS * VALUES */
} program;

static uint8_t next(program *p) { return p->data < p->end ? *p->data++ : 0; }

static uint64_t next_word(program *p) {
  uint64_t word = 0;
  for (uint32_t i = next(p) % 9u; i > 0; i--) word = word << 8 | next(p);
  return word;
}

static uint64_t hash_of(const void *bytes, uint64_t length) { return tide_xxh64(length ? bytes : "", length, 1) | 1; }
static uint64_t hash_word(uint64_t word) { return hash_of(&word, 8); }

static void expect(program *p, int32_t c, uint64_t hash) {
  PROMISE(p->count[c] < VALUES);
  p->entries[(uint32_t)c * VALUES + p->count[c]++].hash = hash;
}

static void expect_null(program *p, int32_t c) {
  expect(p, c, 0);
  for (int32_t i = c + 1; i < p->columns; i++)
    if (p->parent[i] == c && p->type[c] == TIDE_STRUCT) expect_null(p, i);
}

static uint32_t param_of(uint32_t type, uint8_t seed) {
  return type == TIDE_FIXED ? 1u + seed % 40u : type == TIDE_DECIMAL128 ? (seed % 38u + 1u) << 8 | seed % (seed % 38u + 1u) : 0;
}

static void declare(program *p, int32_t parent, uint32_t depth) {
  uint32_t type = 1u + next(p) % 17u, param = param_of(type, next(p)), deep = 0;
  char name[16];
  int32_t column;
  if (p->columns == COLUMNS) return;
  for (int32_t above = parent; above >= 0; above = p->parent[above])
    if (++deep == TIDE_MAX_NESTING) depth = 0;
  if (depth == 0) type = type == TIDE_LIST || type == TIDE_STRUCT ? TIDE_I64 : type;
  snprintf(name, sizeof name, "%d", p->columns);
  column = parent < 0 ? tide_b_col_param(&p->b, name, type, type == TIDE_I64 ? 0 : param, TIDE_NO_ROLE)
                      : tide_b_child(&p->b, parent, name, type, type == TIDE_I64 ? 0 : param);
  PROMISE(column == p->columns);
  p->parent[column] = parent;
  p->type[column] = (uint8_t)type;
  p->columns++;
}

static void declare_inner(program *p, int32_t parent, uint32_t depth) {
  uint32_t fields = p->type[parent] == TIDE_LIST ? 1u : p->type[parent] == TIDE_STRUCT ? 1u + next(p) % 3u : 0u;
  for (; fields > 0; fields--) {
    int32_t column = p->columns;
    declare(p, parent, depth);
    if (p->columns > column && (depth & 1u)) declare_inner(p, column, depth - 1u);
  }
}

/* Fields that were declared before their siblings' own fields make columns whose places are out of order. */
static void declare_rest(program *p) {
  for (int32_t i = 0; i < p->columns; i++) {
    int32_t inner = 0;
    for (int32_t k = i + 1; k < p->columns; k++) inner += p->parent[k] == i;
    if (inner == 0 && (p->type[i] == TIDE_LIST || p->type[i] == TIDE_STRUCT)) declare_inner(p, i, 2);
  }
}

/* Columns ran out before every LIST and STRUCT had one inside it: no frame can be made of them. */
static int lacks_inner(const program *p) {
  for (int32_t i = 0; i < p->columns; i++)
    if ((p->type[i] == TIDE_LIST || p->type[i] == TIDE_STRUCT) && p->b.columns[i].children == 0) return 1;
  return 0;
}

static void put(program *p, int32_t c, int fix);

static void put_or_not(program *p, int32_t c) {
  uint8_t how = next(p);
  if (how % 8u == 7u) {
    tide_put_null(&p->b, c);
    expect_null(p, c);
  } else if (how % 8u == 6u && (p->parent[c] < 0 || p->type[p->parent[c]] == TIDE_STRUCT)) {
    expect_null(p, c); /* left out */
  } else {
    put(p, c, 0);
  }
}

static void put_inner(program *p, int32_t c) {
  uint32_t repeat = p->type[c] == TIDE_LIST ? next(p) % 4u : 1u, before;
  uint64_t found = 0;
  for (uint32_t k = 0; k < repeat; k++)
    for (int32_t i = c + 1; i < p->columns; i++) {
      if (p->parent[i] != c) continue;
      before = p->count[i];
      put_or_not(p, i);
      found += p->count[i] - before;
    }
  if (p->type[c] == TIDE_LIST)
    tide_put_list(&p->b, c);
  else
    tide_put_struct(&p->b, c);
  expect(p, c, hash_word(p->type[c] == TIDE_LIST ? found : 1));
}

/* Puts a value, or sets it for all rows. */
static void put(program *p, int32_t c, int fix) {
  uint64_t word = next_word(p), hash = hash_word(word);
  char text[64];
  uint32_t length = 0, width = p->b.columns[c].width;
  double number;
  float single;
  switch (p->type[c]) {
#define INTEGER(TYPE, NAME, CTYPE)                                                                    \
  case TYPE:                                                                                          \
    hash = hash_word((uint64_t)(int64_t)(CTYPE)word);                                                 \
    if (fix) tide_const_##NAME(&p->b, c, (CTYPE)word); else tide_put_##NAME(&p->b, c, (CTYPE)word); \
    break;
    INTEGER(TIDE_I64, i64, int64_t)
    INTEGER(TIDE_TIME, time, int64_t)
    INTEGER(TIDE_I32, i32, int32_t)
    INTEGER(TIDE_U16, u16, uint16_t)
    INTEGER(TIDE_I8, i8, int8_t)
    INTEGER(TIDE_DURATION, duration, int64_t)
    INTEGER(TIDE_U64, u64, uint64_t)
  case TIDE_BOOL:
    hash = hash_word(word & 1);
    if (fix) tide_const_bool(&p->b, c, word & 1); else tide_put_bool(&p->b, c, word & 1);
    break;
  case TIDE_F64:
    number = (double)(int64_t)word / 3;
    hash = hash_of(&number, 8);
    if (fix) tide_const_f64(&p->b, c, number); else tide_put_f64(&p->b, c, number);
    break;
  case TIDE_F32:
    single = (float)(int64_t)word / 3;
    number = single;
    hash = hash_of(&number, 8);
    if (fix) tide_const_f32(&p->b, c, single); else tide_put_f32(&p->b, c, single);
    break;
  case TIDE_DECIMAL128: {
    int64_t high = (int64_t)(word << 7) >> 9;
    uint64_t both[2] = {word * 31u, (uint64_t)high};
    hash = hash_of(both, 16);
    if (fix) tide_const_decimal(&p->b, c, high, both[0]); else tide_put_decimal(&p->b, c, high, both[0]);
    break;
  }
  case TIDE_VARIANT: /* a short string */
    length = (uint32_t)(word % 9u);
    text[0] = (char)(length << 2 | 1u);
    memset(text + 1, 'a' + (int)(word % 26u), length);
    hash = hash_of(text, length + 1u);
    if (fix) tide_const_bytes(&p->b, c, TIDE_VARIANT, text, length + 1u); else tide_put_variant(&p->b, c, text, length + 1u);
    break;
  case TIDE_FIXED:
  case TIDE_BINARY:
  case TIDE_UTF8:
    length = p->type[c] == TIDE_FIXED ? width : (uint32_t)(word % 17u);
    memset(text, (int)(word >> 3 & 0x3F), sizeof text);
    hash = hash_of(text, length);
    if (fix) tide_const_bytes(&p->b, c, p->type[c], text, length);
    else if (p->type[c] == TIDE_FIXED) tide_put_fixed(&p->b, c, text, length);
    else tide_put_bytes_(&p->b, c, p->type[c], text, length);
    break;
  default:
    PROMISE(!fix);
    put_inner(p, c);
    return;
  }
  expect(p, c, hash);
}

static uint64_t hash_found(const tide_frame *f, int32_t c, uint32_t i) {
  tide_string bytes, keys;
  double number;
  if (!tide_valid(f, c, i)) return 0;
  switch (tide_type(f, c)) {
  case TIDE_F64:
  case TIDE_F32: number = tide_f64(f, c, i); return hash_of(&number, 8);
  case TIDE_U64: return hash_word(tide_u64(f, c, i));
  case TIDE_UTF8:
  case TIDE_BINARY:
  case TIDE_FIXED:
  case TIDE_DECIMAL128: bytes = tide_bytes(f, c, i); return hash_of(bytes.data, bytes.length);
  case TIDE_VARIANT: bytes = tide_var(f, c, i, &keys); return hash_of(bytes.data, bytes.length);
  case TIDE_LIST: return hash_word(tide_list(f, c, i).count);
  case TIDE_STRUCT: return hash_word(tide_field(f, c, i, 0).count);
  default: return hash_word((uint64_t)tide_i64(f, c, i));
  }
}

/* Descriptor of the builder's column. */
static int32_t found_at(const program *p, const tide_frame *f, int32_t c) {
  uint32_t k = 0;
  if (p->parent[c] < 0) return c;
  for (int32_t i = p->parent[c] + 1; i < c; i++) k += p->parent[i] == p->parent[c];
  return tide_child(f, found_at(p, f, p->parent[c]), k);
}

static void compare(const program *p, const tide_frame *f) {
  for (int32_t c = 0; c < p->columns; c++) {
    int32_t d = found_at(p, f, c);
    PROMISE(d >= 0 && tide_type(f, d) == p->type[c]);
    if (!p->fixed[c]) PROMISE(tide_col(f, d)->len == p->count[c]);
    for (uint32_t i = 0; i < tide_col(f, d)->len; i++) {
      const entry *e = p->entries + (uint32_t)c * VALUES + (p->fixed[c] ? 0 : i);
      PROMISE(hash_found(f, d, i) == e->hash);
    }
  }
}

static int has_room(const program *p) {
  for (int32_t c = 0; c < p->columns; c++)
    if (p->count[c] > VALUES - 150u) return 0;
  return p->data < p->end;
}

static void finish(program *p) {
  uint64_t length = tide_b_size(&p->b);
  tide_validation why;
  if (p->b.problem) fprintf(stderr, "%s\n", p->b.problem);
  PROMISE(p->b.status >= 0);
  if (p->b.rows == 0) return;
  uint8_t *frame = fuzz_memory(length);
  PROMISE(tide_b_write(&p->b, frame, length) == length);
  if (tide_validate(frame, length, TIDE_FRAME_HARD_LIMIT, &why)) {
    fprintf(stderr, "rule %u, column %d, byte %llu: %s\n", why.rule, why.column, (unsigned long long)why.offset, why.reason);
    abort();
  }
  compare(p, (const tide_frame *)(void *)frame);
  fuzz_read((const tide_frame *)(void *)frame);
  fuzz_seal((const tide_frame *)(void *)frame, p->data, (size_t)(p->end - p->data));
  free(frame);
}

void fuzz_build(const uint8_t *data, size_t size) {
  program p = {.data = data, .end = data + size};
  uint32_t top;
  tide_b_init(&p.b);
  p.entries = calloc(COLUMNS * VALUES, sizeof *p.entries);
  for (top = 1u + next(&p) % 6u; top > 0; top--) declare(&p, -1, 3);
  for (int32_t c = 0, last = p.columns; c < last; c++)
    if (next(&p) % 2u) declare_inner(&p, c, 3);
  declare_rest(&p);
  declare_rest(&p);
  declare_rest(&p);
  if (lacks_inner(&p)) p.end = p.data = data;
  for (int32_t c = 0; c < p.columns; c++) {
    p.fixed[c] = p.parent[c] < 0 && p.type[c] != TIDE_LIST && p.type[c] != TIDE_STRUCT && next(&p) % 4u == 3u;
    if (p.fixed[c]) put(&p, c, 1);
  }
  for (uint32_t frames = 0; frames < 3 && p.data < p.end; frames++) {
    while (has_room(&p)) {
      memcpy(p.before, p.count, sizeof p.count);
      for (int32_t c = 0; c < p.columns; c++)
        if (p.parent[c] < 0 && !p.fixed[c]) put_or_not(&p, c);
      if (next(&p) % 16u == 15u) {
        memcpy(p.count, p.before, sizeof p.count);
        tide_drop_row(&p.b);
        continue;
      }
      PROMISE(tide_end_row(&p.b) >= 0);
      if (next(&p) % 64u == 63u) break;
    }
    finish(&p);
    tide_b_reset(&p.b);
    for (int32_t c = 0; c < p.columns; c++)
      if (!p.fixed[c]) p.count[c] = 0;
  }
  tide_b_free(&p.b);
  free(p.entries);
}
