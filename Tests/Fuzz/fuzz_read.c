#include "arrow_check.h"
#include "fuzz.h"

static uint64_t sum(tide_string s) {
  uint64_t total = s.length;
  for (uint64_t i = 0; i < s.length; i++) total += (uint8_t)s.data[i];
  return total;
}

static uint64_t bits_of(double number) {
  uint64_t bits;
  memcpy(&bits, &number, 8);
  return bits;
}

uint64_t fuzz_read_variant(tide_string v, tide_string keys, uint32_t depth) {
  uint32_t kind = tide_var_kind(v), count = tide_var_count(v);
  tide_decimal decimal = tide_var_decimal(v);
  uint8_t key[64];
  uint64_t length = tide_key_variant(v, key, sizeof key);
  uint64_t total = kind + (uint64_t)tide_var_i64(v) + bits_of(tide_var_f64(v)) + (uint64_t)tide_var_bool(v);
  total += decimal.low + (uint64_t)decimal.high + decimal.scale + (uint64_t)tide_var_time(v) + sum(tide_var_string(v));
  total += sum(tide_var_binary(v)) + tide_var_size(v) + tide_var_keys(keys);
  PROMISE(tide_var_size(v) <= v.length);
  PROMISE(length >= 1 && (length <= 18 || length <= v.length + 1));
  /* What is not valid may overlap, so that following every child would never end. */
  for (uint32_t k = 0; k < count && k < 40; k++) {
    int64_t id = tide_var_id_at(v, k);
    tide_string name = tide_var_key_name(keys, id), child = tide_var_at(v, k);
    PROMISE(child.length < v.length || v.length == 0);
    total += sum(name);
    if (name.length) total += (uint64_t)tide_var_key(keys, name.data, name.length);
    if (id >= 0) total += tide_var_field(v, id).length + tide_var_field(v, id + 1).length;
    if (depth < 6) total += fuzz_read_variant(child, keys, depth + 1);
  }
  return total;
}

/* A value that passed validation: every part of it is found again by its name. */
static uint64_t read_valid_variant(tide_string v, tide_string keys) {
  uint32_t count = tide_var_count(v);
  uint64_t held = 0;
  PROMISE(tide_var_kind(v) != TIDE_VAR_ABSENT);
  for (uint32_t k = 0; k < count; k++) {
    tide_string child = tide_var_at(v, k), name;
    int64_t id = tide_var_id_at(v, k);
    PROMISE(tide_var_kind(child) != TIDE_VAR_ABSENT);
    if (id >= 0) {
      name = tide_var_key_name(keys, id);
      PROMISE(tide_var_key(keys, name.data, name.length) == id);
      PROMISE(tide_var_field(v, id).data == child.data);
    }
    held += read_valid_variant(child, keys);
  }
  PROMISE(held < tide_var_size(v) && tide_var_size(v) <= v.length);
  return tide_var_size(v);
}

/* Reads one column and what is inside it by every reader. */
static uint64_t read_column(const tide_frame *f, int32_t c, uint32_t rows) {
  uint64_t total = sum(tide_name(f, c)) + tide_type(f, c);
  uint8_t buffer[64];
  tide_string keys, value;
  for (uint32_t i = 0; i < rows; i++) {
    tide_decimal decimal = tide_decimal128(f, c, i);
    tide_place place = tide_list(f, c, i);
    total += (uint64_t)tide_valid(f, c, i) + (uint64_t)tide_i64(f, c, i) + bits_of(tide_f64(f, c, i));
    total += (uint64_t)tide_bool(f, c, i) + tide_u64(f, c, i) + decimal.low + bits_of(tide_decimal_f64(decimal));
    total += sum(tide_bytes(f, c, i)) + sum(tide_utf8(f, c, i));
    value = tide_var(f, c, i, &keys);
    if (value.length) {
      PROMISE(tide_var_dictionary(f, c).data == keys.data);
      PROMISE(read_valid_variant(value, keys) == value.length);
      total += fuzz_read_variant(value, keys, 0);
    }
    PROMISE(tide_key_bytes(f, c, i, buffer, sizeof buffer) >= 1);
    total += tide_key_bytes_n(f, (const int32_t[]){c, -1}, 2, i, buffer, sizeof buffer);
    if (tide_f64_vec(f, c)) total += tide_f64_vec(f, c)[i] > 0;
    if (tide_i64_vec(f, c)) total += (uint64_t)tide_i64_vec(f, c)[i];
    if (tide_time_vec(f, c)) total += (uint64_t)tide_time_vec(f, c)[i];
    if (tide_code_vec(f, c)) total += tide_code_vec(f, c)[i];
    if (tide_valid_vec(f, c)) total += tide_valid_vec(f, c)[i / 8];
    if (tide_i32_vec(f, c)) total += (uint64_t)tide_i32_vec(f, c)[i];
    if (tide_u16_vec(f, c)) total += tide_u16_vec(f, c)[i];
    if (tide_i8_vec(f, c)) total += (uint64_t)tide_i8_vec(f, c)[i];
    if (tide_f32_vec(f, c)) total += tide_f32_vec(f, c)[i] > 0;
    if (tide_u64_vec(f, c)) total += tide_u64_vec(f, c)[i];
    if (tide_duration_vec(f, c)) total += (uint64_t)tide_duration_vec(f, c)[i];
    if (place.count) total += (uint64_t)tide_i64(f, place.column, place.row + place.count - 1);
    for (uint32_t k = 0; k <= tide_children(f, c); k++) {
      place = tide_field(f, c, i, k);
      total += tide_bytes(f, place.column, place.row).length + (uint64_t)tide_i64(f, place.column, place.row);
    }
  }
  for (uint32_t k = 0; k < tide_children(f, c); k++) {
    int32_t child = tide_child(f, c, k);
    tide_string name = tide_name(f, child);
    if (name.length) PROMISE(tide_child_named(f, c, name.data, name.length) == child);
    total += read_column(f, child, tide_col(f, child)->len);
  }
  return total;
}

uint64_t fuzz_read(const tide_frame *f) {
  uint64_t total;
  if (f->kind != TIDE_KIND_DATA && f->kind != TIDE_KIND_ERROR) return f->kind;
  total = tide_schema_id(f) + (uint64_t)tide_find(f, "text");
  for (uint32_t role = 0; role < 8; role++) total += tide_type(f, tide_role(f, role));
  for (int32_t c = 0; c < f->top; c++) {
    tide_string name = tide_name(f, c);
    if (name.length) PROMISE(tide_find_n(f, name.data, name.length) == c);
    total += read_column(f, c, f->rows);
    if (tide_dict(f, c) >= 0) total += read_column(f, tide_dict(f, c), tide_col(f, tide_dict(f, c))->len);
  }
  for (uint32_t i = 0; i < f->rows; i++) total += (uint64_t)tide_row_watermark(f, i) + sum(tide_verbatim(f, i));
  /* Exports take a multiple of the time that all the rest does: of every eighth frame. */
  if (total % 8 == 0 && (uint64_t)f->rows * f->cols < 4096) check_frame(f, total);
  return total;
}
