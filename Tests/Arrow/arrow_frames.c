#include "arrow_frames.h"

#include <stdio.h>

#include "arrow_check.h"
#include "tidemill/build.h"

/* The keys a, b; {"a": 7} and "x" over them. */
static const uint8_t keys[] = {0x11, 2, 0, 1, 2, 'a', 'b'};
static const uint8_t object[] = {0x02, 1, 0, 0, 2, 0x0C, 7};
static const uint8_t text[] = {0x05, 'x'};

static uint8_t *finish(tide_builder *b, uint64_t *length) {
  uint64_t size = tide_b_size(b);
  uint8_t *frame = check_memory(size);
  if (b->problem) fprintf(stderr, "%s\n", b->problem);
  KEPT(b->status >= 0 && tide_b_write(b, frame, size) == size);
  tide_b_free(b);
  *length = size;
  return frame;
}

/* Numbers of the columns that both kinds of frames have. */
typedef struct columns {
  int32_t flag, i8, u16, i32, i64, u64, f32, f64, duration, binary, fixed, decimal, rest;
  int32_t list, element, structure, x, name, tags, tag; /* of each container what is inside it follows */
} columns;

static columns declare(tide_builder *b, int nested_text) {
  columns c;
  c.flag = tide_b_col(b, "bool", TIDE_BOOL, TIDE_NO_ROLE);
  c.i8 = tide_b_col(b, "i8", TIDE_I8, TIDE_NO_ROLE);
  c.u16 = tide_b_col(b, "u16", TIDE_U16, TIDE_NO_ROLE);
  c.i32 = tide_b_col(b, "i32", TIDE_I32, TIDE_NO_ROLE);
  c.i64 = tide_b_col(b, "i64", TIDE_I64, TIDE_NO_ROLE);
  c.u64 = tide_b_col(b, "u64", TIDE_U64, TIDE_NO_ROLE);
  c.f32 = tide_b_col(b, "f32", TIDE_F32, TIDE_NO_ROLE);
  c.f64 = tide_b_col(b, "f64", TIDE_F64, TIDE_NO_ROLE);
  c.duration = tide_b_col(b, "duration", TIDE_DURATION, TIDE_NO_ROLE);
  c.binary = nested_text ? tide_b_col(b, "binary", TIDE_BINARY, TIDE_NO_ROLE) : -1;
  c.fixed = tide_b_col_param(b, "fixed", TIDE_FIXED, 5, TIDE_NO_ROLE);
  c.decimal = tide_b_col_param(b, "decimal", TIDE_DECIMAL128, 20u << 8 | 2u, TIDE_NO_ROLE);
  c.list = tide_b_col(b, "list", TIDE_LIST, TIDE_NO_ROLE);
  c.structure = tide_b_col(b, "struct", TIDE_STRUCT, TIDE_NO_ROLE);
  c.rest = tide_b_col(b, "", TIDE_VARIANT, TIDE_ROLE_REST);
  c.element = tide_b_child(b, c.list, "", TIDE_I64, 0);
  c.x = tide_b_child(b, c.structure, "x", TIDE_I32, 0);
  c.name = nested_text ? tide_b_child(b, c.structure, "name", TIDE_UTF8, 0) : -1;
  c.tags = tide_b_child(b, c.structure, "tags", TIDE_LIST, 0);
  c.tag = tide_b_child(b, c.tags, "tag", TIDE_BOOL, 0);
  tide_b_keys(b, c.rest, keys, sizeof keys);
  return c;
}

static void put(tide_builder *b, const columns *c, uint32_t i) {
  char name[32];
  uint8_t bytes[5];
  int64_t cents = (int64_t)i * 12345 - 50000;
  memset(bytes, (int)(i % 256), sizeof bytes);
  tide_put_bool(b, c->flag, i % 2 == 1);
  tide_put_i8(b, c->i8, (int8_t)(i % 100 - 3));
  tide_put_u16(b, c->u16, (uint16_t)(i * 100));
  tide_put_i32(b, c->i32, -(int32_t)i * 100000);
  tide_put_i64(b, c->i64, (int64_t)i * 1000000000000);
  tide_put_u64(b, c->u64, (1ull << 63) + i);
  tide_put_f32(b, c->f32, (float)i / 2);
  tide_put_f64(b, c->f64, (double)i / 3);
  tide_put_duration(b, c->duration, (int64_t)i * 1000000);
  if (c->binary >= 0) tide_put_binary(b, c->binary, bytes, i % 4);
  tide_put_fixed(b, c->fixed, bytes, sizeof bytes);
  tide_put_decimal(b, c->decimal, cents < 0 ? -1 : 0, (uint64_t)cents);
  for (uint32_t k = 0; k < i % 4; k++) tide_put_i64(b, c->element, (int64_t)i * 10 + k);
  tide_put_list(b, c->list);
  tide_put_i32(b, c->x, (int32_t)i);
  snprintf(name, sizeof name, "name %u", i % 7);
  if (c->name >= 0) tide_put_str(b, c->name, name);
  for (uint32_t k = 0; k < i % 3; k++) tide_put_bool(b, c->tag, k == 0);
  tide_put_list(b, c->tags);
  tide_put_struct(b, c->structure);
  if (i % 2)
    tide_put_variant(b, c->rest, text, sizeof text);
  else
    tide_put_variant(b, c->rest, object, sizeof object);
}

uint8_t *all_types(uint32_t rows, uint64_t *length) {
  tide_builder b;
  tide_b_init(&b);
  int32_t id = tide_b_col(&b, "", TIDE_I64, TIDE_ROLE_ID), time = tide_b_col(&b, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  int32_t key = tide_b_col(&b, "key", TIDE_UTF8, TIDE_ROLE_KEY), said = tide_b_col(&b, "text", TIDE_UTF8, TIDE_NO_ROLE);
  int32_t ingest = tide_b_col(&b, "", TIDE_TIME, TIDE_ROLE_INGEST_TIME);
  int32_t source = tide_b_col(&b, "source", TIDE_UTF8, TIDE_ROLE_SOURCE);
  columns c = declare(&b, 1);
  tide_sequence(&b, id, TIDE_I64, 1ll << 48, 1);
  tide_const_time(&b, ingest, 1700000000123456789);
  tide_const_str(&b, source, "sensors");
  for (uint32_t i = 0; i < rows; i++) {
    char name[32];
    tide_put_time(&b, time, 1700000000000000000 + (int64_t)i * 1000000000);
    snprintf(name, sizeof name, "key %u", i % 3);
    tide_put_str(&b, key, name);
    snprintf(name, sizeof name, "text %u \xC3\xA9", i);
    if (i % 5 != 3) tide_put_str(&b, said, name);
    if (i % 5 != 3) put(&b, &c, i); /* what is left out is null */
    KEPT(tide_end_row(&b) >= 0);
  }
  return finish(&b, length);
}

uint8_t *all_constants(uint32_t rows, uint64_t *length) {
  tide_builder b;
  tide_frame *f;
  tide_b_init(&b);
  int32_t key = tide_b_col(&b, "key", TIDE_UTF8, TIDE_ROLE_KEY);
  columns c = declare(&b, 0);
  tide_const_str(&b, key, "the key");
  put(&b, &c, 6);
  KEPT(tide_end_row(&b) >= 0);
  /* The values of one FLAT row are laid out as those of a CONST column are. */
  f = (tide_frame *)(void *)finish(&b, length);
  f->rows = rows;
  for (int32_t i = 0; i < f->top; i++) {
    tide_column *d = (tide_column *)(void *)((uint8_t *)f + f->desc) + i;
    KEPT(d->enc == TIDE_FLAT || d->enc == TIDE_CONST);
    d->enc = TIDE_CONST;
    d->len = rows;
  }
  return (uint8_t *)f;
}

uint8_t *shared_text(void) {
  static char long_text[8193];
  tide_builder b;
  uint64_t length;
  memset(long_text, 'x', sizeof long_text - 1);
  tide_b_init(&b);
  b.max_rows = TIDE_MAX_ROWS;
  int32_t shared = tide_b_col(&b, "shared", TIDE_UTF8, TIDE_NO_ROLE), flag = tide_b_col(&b, "flag", TIDE_BOOL, TIDE_NO_ROLE);
  tide_const_str(&b, shared, long_text);
  for (uint32_t i = 0; i < TIDE_MAX_ROWS; i++) {
    tide_put_bool(&b, flag, 1);
    KEPT(tide_end_row(&b) >= 0);
  }
  return finish(&b, &length);
}
