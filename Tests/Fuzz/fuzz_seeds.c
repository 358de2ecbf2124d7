#include "fuzz.h"

/* {"a": [1, "xyz", {"b": null}], "b": 2.5} over the keys a, b. */
static const uint8_t keys[] = {0x11, 2, 0, 1, 2, 'a', 'b'};
static const uint8_t value[] = {0x02, 2, 0, 1, 0, 18, 27,          /* object of two: a at 0, b at 18 */
                                0x03, 3, 0, 2, 6, 12,              /* array of three */
                                0x0C, 1, 0x0D, 'x', 'y', 'z',      /* 1, "xyz" */
                                0x02, 1, 1, 0, 1, 0x00,            /* {"b": null} */
                                0x1C, 0, 0, 0, 0, 0, 0, 0x04, 0x40 /* 2.5 */};

/* The columns of one kind of frame; a number is -1 when it has none. */
typedef struct layout {
  int32_t sequence, time, integer, number, flag, key, text, binary, rest, ingest, source;
  int32_t i32, u16, i8, f32, fixed, list, structure, duration, u64, decimal, element, x, y, inner, tags;
} layout;

static layout declare(tide_builder *b, uint32_t kind) {
  layout c;
  memset(&c, 0xFF, sizeof c);
  c.sequence = tide_b_col(b, "", TIDE_I64, TIDE_ROLE_ID);
  c.time = tide_b_col(b, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  if (kind % 4 < 2) {
    c.integer = tide_b_col(b, "int", TIDE_I64, TIDE_NO_ROLE);
    c.number = tide_b_col(b, "double", TIDE_F64, TIDE_NO_ROLE);
    c.flag = tide_b_col(b, "bool", TIDE_BOOL, TIDE_NO_ROLE);
    c.binary = tide_b_col(b, "binary", TIDE_BINARY, TIDE_NO_ROLE);
  } else {
    c.i32 = tide_b_col(b, "i32", TIDE_I32, TIDE_NO_ROLE);
    c.u16 = tide_b_col(b, "u16", TIDE_U16, TIDE_NO_ROLE);
    c.i8 = tide_b_col(b, "i8", TIDE_I8, TIDE_NO_ROLE);
    c.f32 = tide_b_col(b, "f32", TIDE_F32, TIDE_NO_ROLE);
    c.fixed = tide_b_col_param(b, "fixed", TIDE_FIXED, 5, TIDE_NO_ROLE);
    c.duration = tide_b_col(b, "duration", TIDE_DURATION, TIDE_NO_ROLE);
    c.u64 = tide_b_col(b, "u64", TIDE_U64, TIDE_NO_ROLE);
    c.decimal = tide_b_col_param(b, "decimal", TIDE_DECIMAL128, 38u << 8 | 4u, TIDE_NO_ROLE);
    c.list = tide_b_col(b, "list", TIDE_LIST, TIDE_NO_ROLE);
    c.structure = tide_b_col(b, "struct", TIDE_STRUCT, TIDE_NO_ROLE);
  }
  c.key = tide_b_col(b, "key", TIDE_UTF8, TIDE_ROLE_KEY);
  c.text = tide_b_col(b, "text", TIDE_UTF8, TIDE_NO_ROLE);
  if (kind % 2) c.rest = tide_b_col(b, "", TIDE_VARIANT, TIDE_ROLE_REST);
  c.ingest = tide_b_col(b, "", TIDE_TIME, TIDE_ROLE_INGEST_TIME);
  c.source = tide_b_col(b, "source", TIDE_UTF8, TIDE_ROLE_SOURCE);
  if (c.list >= 0) {
    c.element = tide_b_child(b, c.list, "", TIDE_STRUCT, 0);
    c.x = tide_b_child(b, c.element, "x", TIDE_I32, 0);
    c.inner = tide_b_child(b, c.structure, "inner", TIDE_UTF8, 0);
    c.tags = tide_b_child(b, c.structure, "tags", TIDE_LIST, 0);
    c.y = tide_b_child(b, c.tags, "", kind % 2 ? TIDE_VARIANT : TIDE_BOOL, 0);
  }
  if (kind % 3 == 1) tide_b_verbatim(b);
  tide_sequence(b, c.sequence, TIDE_I64, 1ll << 48, 1);
  tide_const_time(b, c.ingest, 123456789);
  tide_const_str(b, c.source, "sensors");
  if (kind == 7) tide_const_decimal(b, c.decimal, -1, 5);
  if (kind == 6) tide_sequence(b, c.u64, TIDE_U64, -20, 3);
  if (c.rest >= 0) tide_b_keys(b, c.rest, keys, sizeof keys);
  if (c.list >= 0 && kind % 2) tide_b_keys(b, c.y, keys, sizeof keys);
  return c;
}

static void put_storage(tide_builder *b, const layout *c, uint32_t i, uint32_t kind) {
  char text[32];
  tide_put_i32(b, c->i32, -(int32_t)i);
  if (i % 3) tide_put_u16(b, c->u16, (uint16_t)(i * 999u));
  tide_put_i8(b, c->i8, (int8_t)i);
  tide_put_f32(b, c->f32, (float)i / 3);
  if (i % 5) tide_put_fixed(b, c->fixed, "fixed", 5);
  tide_put_duration(b, c->duration, (int64_t)i * 1000000);
  if (kind != 6) tide_put_u64(b, c->u64, ~(uint64_t)i);
  if (kind != 7) tide_put_decimal(b, c->decimal, -1, i);
  for (uint32_t k = 0; k < i % 4; k++) {
    tide_put_i32(b, c->x, (int32_t)(i * k));
    tide_put_struct(b, c->element);
  }
  if (i % 7 == 3) tide_put_null(b, c->element);
  tide_put_list(b, c->list);
  if (i % 6 == 5) return;
  snprintf(text, sizeof text, "\xC3\xA9 %u", i);
  tide_put_str(b, c->inner, text);
  for (uint32_t k = 0; k < i % 3; k++) {
    if (kind % 2)
      tide_put_variant(b, c->y, value, sizeof value);
    else
      tide_put_bool(b, c->y, k & 1);
  }
  if (i % 2) tide_put_list(b, c->tags);
  else if (i % 3 == 0) tide_put_null(b, c->tags);
  else tide_put_list(b, c->tags);
  tide_put_struct(b, c->structure);
}

static void put_row(tide_builder *b, const layout *c, uint32_t i, uint32_t kind) {
  char text[32];
  tide_put_time(b, c->time, 1000 + (int64_t)(i * 7919u % 97u));
  if (c->list >= 0) {
    put_storage(b, c, i, kind);
  } else {
    if (i % 3) tide_put_i64(b, c->integer, (int64_t)i - 5);
    tide_put_f64(b, c->number, i * 0.5);
    if (i % 4) tide_put_bool(b, c->flag, i & 1);
    if (i % 2) tide_put_binary(b, c->binary, "binaries", i % 9);
  }
  snprintf(text, sizeof text, "k\xC3\xA9y%u", i % 5);
  if (i % 5) tide_put_str(b, c->key, text);
  snprintf(text, sizeof text, "text \xE2\x82\xAC %u", i);
  tide_put_str(b, c->text, text);
  if (c->rest >= 0 && i % 3 != 1) tide_put_variant(b, c->rest, value, sizeof value);
  if (b->verbatim) tide_put_verbatim(b, text, i % 7);
  tide_end_row(b);
}

static seed_frame make(uint32_t number) {
  static const uint32_t rows[SEEDS] = {1, 7, 3, 12, 4, 11, 5, 12};
  seed_frame seed;
  tide_builder b;
  tide_validation why;
  layout c;
  tide_b_init(&b);
  c = declare(&b, number);
  for (uint32_t i = 0; i < rows[number]; i++) put_row(&b, &c, i, number);
  seed.length = tide_b_size(&b);
  if (b.problem) fprintf(stderr, "seed %u: %s\n", number, b.problem);
  PROMISE(seed.length > 0);
  seed.bytes = fuzz_memory(seed.length);
  PROMISE(tide_b_write(&b, seed.bytes, seed.length) == seed.length);
  if (number > 3) ((tide_frame *)(void *)seed.bytes)->schema_id = tide_schema_id((const tide_frame *)(void *)seed.bytes);
  if (tide_validate(seed.bytes, seed.length, TIDE_FRAME_LIMIT, &why))
    fprintf(stderr, "seed %u: rule %u, column %d: %s\n", number, why.rule, why.column, why.reason);
  PROMISE(tide_validate(seed.bytes, seed.length, TIDE_FRAME_LIMIT, NULL) == 0);
  tide_b_free(&b);
  return seed;
}

const seed_frame *fuzz_seed(uint32_t number) {
  static seed_frame seeds[SEEDS];
  for (uint32_t i = 0; i < SEEDS && seeds[i].bytes == NULL; i++) seeds[i] = make(i);
  return &seeds[number];
}
