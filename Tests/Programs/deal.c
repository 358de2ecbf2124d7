/* Rows of random columns dealt to lanes, each beside the key group of its key bytes. Ends with 0 when all are where they belong. */
#include "CLanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <tidemill/build.h>

#define COLUMNS 4u

static uint64_t state;

static uint64_t next(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}
static uint64_t below(uint64_t limit) { return next() % limit; }

static const uint8_t types[] = {TIDE_BOOL, TIDE_I64, TIDE_F64, TIDE_TIME, TIDE_UTF8, TIDE_BINARY, TIDE_VARIANT, TIDE_I32, TIDE_U16,
                                TIDE_I8, TIDE_F32, TIDE_FIXED, TIDE_DURATION, TIDE_U64, TIDE_DECIMAL128};

static double number(void) {
  uint64_t bits = next();
  double value;
  switch (below(4)) {
  case 0: return (double)(int64_t)below(9) - 4;
  case 1: return (double)(int64_t)(bits >> below(64)) / 8;
  case 2: return 9223372036854775808.0 * ((double)below(5) - 2);
  default: memcpy(&value, &bits, 8); return value;
  }
}

static void put_variant(tide_builder *b, int32_t c, const char *text, uint64_t length) {
  static const uint8_t sizes[] = {0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 0, 0, 8, 8, 8, 16};
  uint8_t value[512];
  uint32_t type = (uint32_t)below(22), size = (uint32_t)length;
  uint64_t bits = next();
  if (type == 21u || length >= 64u) {
    value[0] = 16u << 2;
    memcpy(value + 1, &size, 4);
    memcpy(value + 5, text, (size_t)length);
    tide_put_variant(b, c, value, length + 5);
  } else if (type == 15u || type == 16u) {
    value[0] = (uint8_t)(length << 2 | 1u);
    memcpy(value + 1, text, (size_t)length);
    tide_put_variant(b, c, value, length + 1);
  } else {
    value[0] = (uint8_t)(type << 2);
    memcpy(value + 1, &bits, 8);
    memcpy(value + 9, &bits, 8);
    if (type >= 8u && type <= 10u) value[1] = (uint8_t)below(39);
    tide_put_variant(b, c, value, 1u + sizes[type]);
  }
}

static void put(tide_builder *b, int32_t c, uint32_t type, uint64_t distinct) {
  int64_t integer = below(2) ? (int64_t)below(distinct) : (int64_t)next() >> below(64);
  uint64_t length = below(3) ? below(12) : below(120), k;
  char text[120], salt = (char)('a' + below(distinct < 26 ? distinct : 26));
  for (k = 0; k < length; k++) text[k] = (char)('a' + ((uint64_t)salt + k * k) % 26);
  switch (type) {
  case TIDE_BOOL: tide_put_bool(b, c, (int)below(2)); break;
  case TIDE_I64: tide_put_i64(b, c, integer); break;
  case TIDE_F64: tide_put_f64(b, c, number()); break;
  case TIDE_TIME: tide_put_time(b, c, integer); break;
  case TIDE_UTF8: tide_put_str_n(b, c, text, length); break;
  case TIDE_BINARY: tide_put_binary(b, c, text, length); break;
  case TIDE_VARIANT: put_variant(b, c, text, length); break;
  case TIDE_I32: tide_put_i32(b, c, (int32_t)integer); break;
  case TIDE_U16: tide_put_u16(b, c, (uint16_t)integer); break;
  case TIDE_I8: tide_put_i8(b, c, (int8_t)integer); break;
  case TIDE_F32: tide_put_f32(b, c, (float)below(1000) / 8); break;
  case TIDE_FIXED: tide_put_fixed(b, c, &integer, 8); break;
  case TIDE_DURATION: tide_put_duration(b, c, integer); break;
  case TIDE_U64: tide_put_u64(b, c, (uint64_t)integer); break;
  default: tide_put_decimal(b, c, integer >> 63, (uint64_t)integer); break;
  }
}

/* A frame of up to 700 rows; what the builder codes becomes flat where there are many values. */
static tide_frame *frame(void) {
  tide_builder b;
  int32_t columns[COLUMNS];
  uint32_t kinds[COLUMNS], rows = 1u + (uint32_t)below(700), i, k;
  int has_nulls[COLUMNS], is_constant[COLUMNS];
  uint64_t distinct = below(2) ? 7 : 100000, size;
  tide_frame *f;
  tide_b_init(&b);
  for (k = 0; k < COLUMNS; k++) {
    char name[2] = {(char)('a' + (int)k), 0};
    kinds[k] = types[below(sizeof types)];
    has_nulls[k] = below(2) == 0;
    is_constant[k] = below(8) == 0;
    columns[k] = tide_b_col_param(&b, name, kinds[k], kinds[k] == TIDE_FIXED ? 8u : kinds[k] == TIDE_DECIMAL128 ? 38u << 8 | 3u : 0u,
                                  TIDE_NO_ROLE);
    if (is_constant[k] && kinds[k] == TIDE_I64) tide_const_i64(&b, columns[k], 5);
    else if (is_constant[k] && kinds[k] == TIDE_UTF8) tide_const_str(&b, columns[k], "constant");
    else if (is_constant[k] && kinds[k] == TIDE_DURATION) tide_sequence(&b, columns[k], TIDE_DURATION, -3, 7);
    else is_constant[k] = 0;
  }
  for (i = 0; i < rows; i++) {
    for (k = 0; k < COLUMNS; k++)
      if (!is_constant[k] && !(has_nulls[k] && below(4) == 0)) put(&b, columns[k], kinds[k], distinct);
    tide_end_row(&b);
  }
  size = tide_b_size(&b);
  f = (tide_frame *)aligned_alloc(64, size);
  if (f == NULL || tide_b_write(&b, f, size) != size) exit(2);
  tide_b_free(&b);
  return f;
}

static uint8_t lane_of_group[TIDE_KEY_GROUPS], lane_of_code[65536], lane_of_row[65536];
static uint16_t rows[65536];

static uint32_t wrong(tide_dealer *d, const tide_frame *f, const uint16_t *selection, uint32_t count) {
  static uint8_t key[8192];
  uint32_t starts[TIDE_KEY_GROUPS + 1], ends[TIDE_KEY_GROUPS], lane, k, found = 0;
  uint64_t needed;
  while ((needed = tide_deal(d, f, selection, count, starts)) > 0) {
    if (needed <= d->key_capacity || needed > sizeof key) return 1;
    d->key_capacity = needed;
  }
  memcpy(ends, starts + 1, d->lanes * sizeof ends[0]);
  for (k = 0; k < count; k++) {
    uint32_t row = tide_row(selection, k);
    uint64_t length = d->column_count ? tide_key_bytes_n(f, d->columns, d->column_count, row, key, sizeof key) : 0;
    uint32_t at = starts[lane = lane_of_group[tide_key_group(key, length)]]++;
    if (at >= count || d->rows[at] != row) found++;
  }
  for (lane = 0; lane < d->lanes; lane++) found += starts[lane] != ends[lane];
  return found + (ends[d->lanes - 1] != count);
}

int main(int argc, char **argv) {
  uint64_t seed, first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, last = argc > 1 ? first : 1500;
  for (seed = first; seed <= last; seed++) {
    uint16_t selection[700];
    uint8_t *key = (uint8_t *)malloc(8192);
    int32_t columns[3];
    uint32_t k, count = 0, lanes;
    tide_frame *f;
    tide_dealer d;
    state = seed;
    f = frame();
    lanes = below(3) ? 1u + (uint32_t)below(4) : 1u + (uint32_t)below(TIDE_KEY_GROUPS);
    for (k = 0; k < TIDE_KEY_GROUPS; k++) lane_of_group[k] = (uint8_t)(k * lanes / TIDE_KEY_GROUPS);
    for (k = 0; k < f->rows; k++)
      if (below(3)) selection[count++] = (uint16_t)k;
    for (k = 0; k < 12 && key != NULL; k++) {
      int is_selected = below(2) == 0;
      uint32_t c;
      for (c = 0; c < 3; c++) columns[c] = below(16) ? (int32_t)below(COLUMNS) : -1;
      d.columns = columns;
      d.column_count = below(4) ? 1u : (uint32_t)below(4);
      d.lanes = lanes;
      d.lane_of_group = lane_of_group;
      d.lane_of_code = lane_of_code;
      d.lane_of_row = lane_of_row;
      d.rows = rows;
      d.key = key;
      d.key_capacity = below(2) ? 8192 : 4;
      if (wrong(&d, f, is_selected ? selection : NULL, is_selected ? count : f->rows) == 0) continue;
      printf("seed %llu: rows of a key of %u columns, the first one %d of type %u, encoding %u, are in other lanes\n",
             (unsigned long long)seed, d.column_count, columns[0], tide_type(f, columns[0]),
             columns[0] < 0 ? 0u : tide_col(f, columns[0])->enc);
      return 1;
    }
    free(key);
    free(f);
  }
  return 0;
}
