/* What a row costs in a frame: built row by row, read by accessor and by vector, validated whole, sealed with a checksum.
 *   cc -O2 -Iinclude -ISources/CHost/include -o frames Benchmarks/frames/frames.c \
 *     Sources/CHost/{validate*,envelope,utf8*,vector,crc32c,schema}.c
 *   frames [ROUNDS]
 * Prints `case nanoseconds bytes`: CPU time and bytes per row, the least of the rounds, in which the cases take turns.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <string.h>

#include <tidemill/build.h>
#include <tidemill/variant.h>

#include "../timing.h"
#include "tide_crc32c.h"
#include "tide_validate.h"

#define ROWS 1024u
#define FRAME_ROOM (1u << 20)
#define FRAME_LIMIT (16u << 20)

/* ---- two frames ------------------------------------------------------------------------------------------------------ */

/* One row of input: what a decoder or a device has in hand. */
typedef struct row {
  int64_t time, status;
  double value, other;
  char type[16], key[16], message[128];
  uint32_t type_length, key_length, message_length;
} row;

static row rows[ROWS];

static uint64_t next_random(uint64_t *state) { /* splitmix64 */
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static void fill_rows(void) {
  static const char *const types[] = {"debug", "info", "notice", "warning", "error"};
  uint64_t state = 1;
  uint32_t i;
  for (i = 0; i < ROWS; i++) {
    row *r = rows + i;
    r->time = 1700000000000000000 + (int64_t)i * 1000000 - (int64_t)(next_random(&state) % 2000000000u);
    r->status = 200 + (int64_t)(next_random(&state) % 5u) * 100;
    r->value = (double)(next_random(&state) % 10000u) / 100;
    r->other = (double)(next_random(&state) % 100000u) / 1000;
    r->type_length = (uint32_t)snprintf(r->type, sizeof r->type, "%s", types[next_random(&state) % 5u]);
    r->key_length = (uint32_t)snprintf(r->key, sizeof r->key, "sensor_%04u", (uint32_t)(next_random(&state) % 100u));
    r->message_length = (uint32_t)snprintf(
        r->message, sizeof r->message, "connection %08x from 10.%u.%u.%u accepted after %u ms, queue %u",
        (uint32_t)next_random(&state), (uint32_t)(next_random(&state) % 256u), (uint32_t)(next_random(&state) % 256u),
        (uint32_t)(next_random(&state) % 256u), (uint32_t)(next_random(&state) % 5000u), (uint32_t)(next_random(&state) % 64u));
  }
}

typedef struct maker {
  tide_builder builder;
  int32_t id, time, ingest, source, type, key, value, other, status, message; /* -1: not in this frame */
} maker;

/* A sensor's frame has eight columns, two of them dictionaries; a log's has nine, with a text of 60 bytes in each row. */
static void declare(maker *m, int is_log) {
  tide_builder *b = &m->builder;
  tide_b_init(b);
  b->max_bytes = FRAME_LIMIT;
  m->id = tide_b_col(b, "id", TIDE_I64, TIDE_ROLE_ID);
  m->time = tide_b_col(b, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  m->ingest = tide_b_col(b, "ingest_time", TIDE_TIME, TIDE_ROLE_INGEST_TIME);
  m->source = tide_b_col(b, "source", TIDE_UTF8, TIDE_ROLE_SOURCE);
  m->type = tide_b_col(b, "type", TIDE_UTF8, TIDE_ROLE_TYPE);
  m->key = tide_b_col(b, "key", TIDE_UTF8, TIDE_ROLE_KEY);
  m->value = tide_b_col(b, "value", TIDE_F64, TIDE_NO_ROLE);
  m->other = is_log ? -1 : tide_b_col(b, "other", TIDE_F64, TIDE_NO_ROLE);
  m->status = is_log ? tide_b_col(b, "status", TIDE_I64, TIDE_NO_ROLE) : -1;
  m->message = is_log ? tide_b_col(b, "message", TIDE_UTF8, TIDE_NO_ROLE) : -1;
  tide_const_time(b, m->ingest, 1700000001000000000);
  tide_const_str(b, m->source, "plant");
}

static uint64_t build(maker *m, uint8_t *into) {
  tide_builder *b = &m->builder;
  uint64_t length;
  uint32_t i;
  tide_sequence(b, m->id, TIDE_I64, 1, 1);
  for (i = 0; i < ROWS; i++) {
    const row *r = rows + i;
    tide_put_time(b, m->time, r->time);
    tide_put_str_n(b, m->type, r->type, r->type_length);
    tide_put_str_n(b, m->key, r->key, r->key_length);
    tide_put_f64(b, m->value, r->value);
    if (m->other >= 0) tide_put_f64(b, m->other, r->other);
    if (m->status >= 0) {
      tide_put_i64(b, m->status, r->status);
      tide_put_str_n(b, m->message, r->message, r->message_length);
    }
    tide_end_row(b);
  }
  length = tide_b_write(b, into, FRAME_ROOM);
  if (length == 0) {
    fprintf(stderr, "frames: %s\n", b->problem);
    exit(1);
  }
  tide_b_reset(b);
  return length;
}

/* A frame of objects of eight fields, numbers and texts in turns, over the names a to h; every fourth object lacks one of them. */
static void build_variants(uint8_t *into) {
  static const uint8_t keys[] = {0x11, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'};
  tide_builder b;
  int32_t column;
  uint32_t i, k;
  tide_b_init(&b);
  b.max_bytes = FRAME_LIMIT;
  column = tide_b_col(&b, "rest", TIDE_VARIANT, TIDE_ROLE_REST);
  tide_b_keys(&b, column, keys, sizeof keys);
  for (i = 0; i < ROWS; i++) {
    uint8_t value[128] = {0x02}, *values;
    uint32_t missing = i % 4u == 3u ? i % 8u | 1u : 8u, count = missing < 8u ? 7u : 8u, field = 0, at = 0;
    value[1] = (uint8_t)count;
    values = value + 2 + count + count + 1;
    for (k = 0; k < 8; k++) {
      double number = i * 0.5 + k;
      if (k == missing) continue;
      value[2 + field] = (uint8_t)k;
      value[2 + count + field++] = (uint8_t)at;
      values[at] = k % 2u ? 5u << 2 | 1u : 7u << 2; /* a text of five bytes, a double */
      memcpy(values + at + 1, k % 2u ? (const void *)"level" : (const void *)&number, k % 2u ? 5 : 8);
      at += k % 2u ? 6u : 9u;
    }
    value[2 + count + field] = (uint8_t)at;
    tide_put_variant(&b, column, value, (uint64_t)(values - value) + at);
    tide_end_row(&b);
  }
  if (tide_b_write(&b, into, FRAME_ROOM) == 0) exit(1);
  tide_b_free(&b);
}

/* ---- what is measured: each gives the bytes of the frame that it worked on ------------------------------------------- */

typedef struct state {
  maker sensor, log;
  uint8_t *sensor_frame, *log_frame, *text_frame, *variant_frame, *scratch;
} state;

static uint64_t build_sensor(state *s) { return build(&s->sensor, s->scratch); }
static uint64_t build_log(state *s) { return build(&s->log, s->scratch); }

static uint64_t read_rows(state *s) {
  const tide_frame *f = (const tide_frame *)(const void *)s->sensor_frame;
  uint64_t sum = 0;
  double values = 0;
  uint32_t i;
  for (i = 0; i < f->rows; i++) {
    sum += (uint64_t)tide_i64(f, s->sensor.time, i) + tide_utf8(f, s->sensor.key, i).length;
    values += tide_f64(f, s->sensor.value, i);
  }
  keep(sum + (uint64_t)values);
  return f->frame_len;
}

static uint64_t read_columns(state *s) {
  const tide_frame *f = (const tide_frame *)(const void *)s->sensor_frame;
  const int64_t *times = tide_time_vec(f, s->sensor.time);
  const double *numbers = tide_f64_vec(f, s->sensor.value);
  const uint16_t *codes = tide_code_vec(f, s->sensor.key);
  uint64_t sum = 0, length[ROWS];
  double values = 0;
  uint32_t i;
  int32_t keys = tide_dict(f, s->sensor.key);
  for (i = 0; i < tide_col(f, keys)->len && i < ROWS; i++) length[i] = tide_utf8(f, keys, i).length;
  for (i = 0; i < f->rows; i++) {
    sum += (uint64_t)times[i] + length[codes[i]];
    values += numbers[i];
  }
  keep(sum + (uint64_t)values);
  return f->frame_len;
}

static uint64_t read_variant(state *s) {
  const tide_frame *f = (const tide_frame *)(const void *)s->variant_frame;
  int64_t name = tide_var_key(tide_var_dictionary(f, 0), "e", 1);
  tide_string keys;
  double values = 0;
  uint32_t i;
  for (i = 0; i < f->rows; i++) values += tide_var_f64(tide_var_field(tide_var(f, 0, i, &keys), name));
  keep((uint64_t)values);
  return f->frame_len;
}

static uint64_t validate(const uint8_t *frame) {
  uint64_t length = ((const tide_frame *)(const void *)frame)->frame_len;
  tide_validation why;
  if (tide_validate(frame, length, FRAME_LIMIT, &why) != 0) {
    fprintf(stderr, "frames: rule %u: %s\n", why.rule, why.reason);
    exit(1);
  }
  return length;
}
static uint64_t validate_sensor(state *s) { return validate(s->sensor_frame); }
static uint64_t validate_log(state *s) { return validate(s->log_frame); }
static uint64_t validate_text(state *s) { return validate(s->text_frame); }

/* As a stored or sent frame has it. */
static uint64_t checksum_log(state *s) {
  uint64_t length = ((const tide_frame *)(const void *)s->log_frame)->frame_len;
  keep(tide_crc32c(0, s->log_frame + 64, length - 64));
  return length;
}

static const struct {
  const char *name;
  uint64_t (*run)(state *);
} cases[] = {
    {"build-sensor", build_sensor},       {"build-log", build_log},       {"read-accessors", read_rows},
    {"read-vectors", read_columns},       {"validate-sensor", validate_sensor}, {"validate-log", validate_log},
    {"validate-text", validate_text},     {"read-variant", read_variant},       {"checksum-log", checksum_log},
};
#define CASES (sizeof cases / sizeof *cases)

/* Letters of two, three and four bytes between the ASCII of every message. */
static void spell_otherwise(void) {
  static const char text[] = "übergröße 温度 \xF0\x9F\x8C\x8A ";
  uint32_t i;
  for (i = 0; i < ROWS; i++) {
    memcpy(rows[i].message, text, sizeof text - 1);
    memcpy(rows[i].message + 34, text, sizeof text - 1);
  }
}

int main(int argc, char **argv) {
  size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 11, round, k;
  double *nanoseconds = calloc(CASES * rounds, sizeof *nanoseconds);
  uint64_t bytes[CASES] = {0};
  static state s;
  uint8_t **const frames[] = {&s.sensor_frame, &s.log_frame, &s.text_frame, &s.variant_frame, &s.scratch};
  if (rounds == 0 || nanoseconds == NULL) return 2;
  for (k = 0; k < 5; k++)
    if ((*frames[k] = aligned_alloc(64, FRAME_ROOM)) == NULL) return 1;
  fill_rows();
  declare(&s.sensor, 0);
  declare(&s.log, 1);
  build(&s.sensor, s.sensor_frame);
  build(&s.log, s.log_frame);
  build_variants(s.variant_frame);
  if (validate(s.variant_frame) == 0) return 1;
  spell_otherwise();
  build(&s.log, s.text_frame);
  fill_rows();
  for (round = 0; round < rounds; round++)
    for (k = 0; k < CASES; k++) {
      uint32_t frame, count = strncmp(cases[k].name, "build", 5) == 0 ? 400 : 4000;
      double start = thread_seconds();
      for (frame = 0; frame < count; frame++) bytes[k] = cases[k].run(&s);
      nanoseconds[k * rounds + round] = (thread_seconds() - start) * 1e9 / ((double)count * ROWS);
    }
  for (k = 0; k < CASES; k++)
    printf("%s %.3f %.1f\n", cases[k].name, least(nanoseconds + k * rounds, rounds), (double)bytes[k] / ROWS);
  return 0;
}
