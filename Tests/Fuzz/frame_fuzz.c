/* libFuzzer target: whatever tide_validate accepts can be read in full through frame.h.
 *
 *   clang -std=c11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Iinclude -ISources/CHost/include \
 *     Tests/Fuzz/frame_fuzz.c Sources/CHost/validate*.c Sources/CHost/utf8.c Sources/CHost/crc32c.c Sources/CHost/schema.c \
 *     -o frame_fuzz && ./frame_fuzz -max_len=4096 -max_total_time=120
 *
 * The first byte of an input says how to read the rest. 0: the bytes are the frame. Otherwise it picks a good frame, and the rest
 * are edits of six bytes: position (u32), how (u8), value (u8).
 */
#include <stdio.h>
#include <stdlib.h>

#include "tide_schema.h"
#include "tide_validate.h"
#include "tidemill/build.h"

#define SEEDS 6u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *seeds[SEEDS];
static uint64_t seed_length[SEEDS];

/* {"a": [1, "xyz", {"b": null}], "b": 2.5} over the keys a, b. */
static const uint8_t keys[] = {0x11, 2, 0, 1, 2, 'a', 'b'};
static const uint8_t value[] = {0x02, 2, 0, 1, 0, 18, 27,          /* object of two: a at 0, b at 18 */
                                0x03, 3, 0, 2, 6, 12,              /* array of three */
                                0x0C, 1, 0x0D, 'x', 'y', 'z',      /* 1, "xyz" */
                                0x02, 1, 1, 0, 1, 0x00,            /* {"b": null} */
                                0x1C, 0, 0, 0, 0, 0, 0, 0x04, 0x40 /* 2.5 */};

static void add_rows(tide_builder *b, const int32_t *c, uint32_t rows, uint32_t variant) {
  char text[32];
  for (uint32_t i = 0; i < rows; i++) {
    tide_put_time(b, c[0], 1000 + (int64_t)(i * 7919u % 97u));
    if (i % 3) tide_put_i64(b, c[1], (int64_t)i - 5);
    tide_put_f64(b, c[2], i * 0.5);
    if (i % 4) tide_put_bool(b, c[3], i & 1);
    snprintf(text, sizeof text, "k\xC3\xA9y%u", i % 5);
    if (i % 5) tide_put_str(b, c[4], text);
    snprintf(text, sizeof text, "text \xE2\x82\xAC %u", i);
    tide_put_str(b, c[5], text);
    if (i % 2) tide_put_binary(b, c[6], text, i % 9);
    if (variant && i % 3 != 1) tide_put_variant(b, c[7], value, sizeof value);
    if (b->verbatim) tide_put_verbatim(b, text, i % 7);
    tide_end_row(b);
  }
}

static void make_seed(uint32_t number) {
  static const uint32_t rows[SEEDS] = {1, 20, 3, 64, 17, 130};
  tide_builder b;
  int32_t c[8], sequence, constant, source, more;
  uint32_t variant = number % 2;
  tide_b_init(&b);
  sequence = tide_b_col(&b, "", TIDE_I64, TIDE_ROLE_ID);
  c[0] = tide_b_col(&b, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  c[1] = tide_b_col(&b, "int", TIDE_I64, TIDE_NO_ROLE);
  c[2] = tide_b_col(&b, "double", TIDE_F64, TIDE_NO_ROLE);
  c[3] = tide_b_col(&b, "bool", TIDE_BOOL, TIDE_NO_ROLE);
  c[4] = tide_b_col(&b, "key", TIDE_UTF8, TIDE_ROLE_KEY);
  c[5] = tide_b_col(&b, "text", TIDE_UTF8, TIDE_NO_ROLE);
  c[6] = tide_b_col(&b, "binary", TIDE_BINARY, TIDE_NO_ROLE);
  c[7] = variant ? tide_b_col(&b, "", TIDE_VARIANT, TIDE_ROLE_REST) : -1;
  constant = tide_b_col(&b, "", TIDE_TIME, TIDE_ROLE_INGEST_TIME);
  source = tide_b_col(&b, "source", TIDE_UTF8, TIDE_ROLE_SOURCE);
  more = tide_b_col(&b, "flag", TIDE_BOOL, TIDE_NO_ROLE);
  if (number % 3 == 1) tide_b_verbatim(&b);
  tide_sequence(&b, sequence, TIDE_I64, 1ll << 48, 1);
  tide_const_time(&b, constant, 123456789);
  tide_const_str(&b, source, "sensors");
  tide_const_bool(&b, more, 1);
  if (variant) tide_b_keys(&b, c[7], keys, sizeof keys);
  add_rows(&b, c, rows[number], variant);
  seed_length[number] = tide_b_size(&b);
  seeds[number] = aligned_alloc(64, seed_length[number] + 64);
  tide_validation why;
  if (tide_b_write(&b, seeds[number], seed_length[number]) == 0 ||
      tide_validate(seeds[number], seed_length[number], TIDE_FRAME_LIMIT, &why)) {
    fprintf(stderr, "seed %u: %s, rule %u at %llu, column %d\n", number, b.problem ? b.problem : why.reason, why.rule,
            (unsigned long long)why.offset, why.column);
    abort();
  }
  tide_b_free(&b);
}

static volatile uint64_t sink;

static uint64_t sum(tide_string s) {
  uint64_t total = s.length;
  for (uint64_t i = 0; i < s.length; i++) total += (uint8_t)s.data[i];
  return total;
}

/* Reads one column by every reader. */
static uint64_t read_column(const tide_frame *f, int32_t c, uint32_t rows) {
  uint64_t total = sum(tide_name(f, c)) + tide_type(f, c);
  uint8_t buffer[64];
  tide_string meta;
  for (uint32_t i = 0; i < rows; i++) {
    double number = tide_f64(f, c, i);
    uint64_t bits;
    memcpy(&bits, &number, 8);
    total += (uint64_t)tide_valid(f, c, i) + (uint64_t)tide_i64(f, c, i) + bits + (uint64_t)tide_bool(f, c, i);
    total += sum(tide_bytes(f, c, i)) + sum(tide_utf8(f, c, i)) + sum(tide_var(f, c, i, &meta)) + meta.length;
    total += tide_key_bytes(f, c, i, buffer, sizeof buffer);
    if (tide_f64_vec(f, c)) total += tide_f64_vec(f, c)[i] > 0;
    if (tide_i64_vec(f, c)) total += (uint64_t)tide_i64_vec(f, c)[i];
    if (tide_time_vec(f, c)) total += (uint64_t)tide_time_vec(f, c)[i];
    if (tide_code_vec(f, c)) total += tide_code_vec(f, c)[i];
    if (tide_valid_vec(f, c)) total += tide_valid_vec(f, c)[i / 8];
  }
  return total;
}

static uint64_t read_frame(const tide_frame *f) {
  uint64_t total = tide_schema_id(f) + (uint64_t)tide_find(f, "text");
  if (f->kind != TIDE_KIND_DATA && f->kind != TIDE_KIND_ERROR) return f->kind;
  for (uint32_t role = 0; role < 8; role++) total += tide_type(f, tide_role(f, role));
  for (int32_t c = 0; c < f->top; c++) {
    total += read_column(f, c, f->rows);
    if (tide_dict(f, c) >= 0) total += read_column(f, tide_dict(f, c), tide_col(f, tide_dict(f, c))->len);
  }
  for (uint32_t i = 0; i < f->rows; i++) total += (uint64_t)tide_row_watermark(f, i) + sum(tide_verbatim(f, i));
  return total;
}

static void edit(uint8_t *frame, uint64_t length, const uint8_t *data, size_t size) {
  for (; size >= 6; data += 6, size -= 6) {
    uint32_t at, word;
    memcpy(&at, data, 4);
    /* Half of the edits go to the header and the descriptors, where the structure is. */
    at = data[4] & 1 ? at % (uint32_t)length : at % (uint32_t)(length < 1400 ? length : 1400);
    switch (data[4] >> 1 & 3) {
    case 0: frame[at] = data[5]; break;
    case 1: frame[at] ^= (uint8_t)(1u << (data[5] & 7)); break;
    case 2: frame[at] = (uint8_t)(frame[at] + data[5]); break;
    default:
      at &= ~3u;
      memcpy(&word, frame + at, 4);
      word += (uint32_t)(int32_t)(int8_t)data[5];
      memcpy(frame + at, &word, 4);
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint64_t length;
  uint8_t *frame;
  if (seeds[0] == NULL)
    for (uint32_t i = 0; i < SEEDS; i++) make_seed(i);
  if (size < 1) return 0;
  /* malloc's end is where the frame ends, so that the sanitizer sees the first byte beyond. */
  if (data[0] == 0) {
    length = size - 1;
    if (posix_memalign((void **)&frame, 64, length ? length : 1)) abort();
    if (length) memcpy(frame, data + 1, length);
  } else {
    uint32_t number = data[0] % SEEDS;
    length = seed_length[number];
    if (posix_memalign((void **)&frame, 64, length)) abort();
    memcpy(frame, seeds[number], length);
    edit(frame, length, data + 1, size - 1);
  }
  tide_validation why;
  if (tide_validate(frame, length, TIDE_FRAME_LIMIT, &why) == 0) sink += read_frame((const tide_frame *)(void *)frame);
  free(frame);
  return 0;
}
