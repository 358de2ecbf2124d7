#include "copy.h"

#include <stdlib.h>

#include "tidemill/nested.h"

/* Bytes of a value of a type that has a fixed width. */
static uint64_t width_of(const tide_column *d) {
  switch (d->type) {
  case TIDE_I32:
  case TIDE_F32: return 4;
  case TIDE_U16: return 2;
  case TIDE_I8: return 1;
  case TIDE_FIXED: return d->param;
  case TIDE_DECIMAL128: return 16;
  default: return 8;
  }
}

static void set_bit(uint8_t *bits, uint32_t k) { bits[k >> 3] = (uint8_t)(bits[k >> 3] | 1u << (k & 7u)); }

static uint64_t bytes_of_bits(uint32_t count) { return ((uint64_t)count + 7) / 8; }

int64_t copy_validity(exporter *x, struct ArrowArray *a, const uint8_t *bits, rows r) {
  uint8_t *into = arrow_room(x, a, 0, bytes_of_bits(r.count));
  int64_t nulls = 0;
  if (!into) return 0;
  for (uint32_t k = 0; k < r.count; k++) {
    if (tide_bit_(bits, row_at(r, k)))
      set_bit(into, k);
    else
      nulls++;
  }
  return nulls;
}

void copy_values(exporter *x, struct ArrowArray *a, int32_t c, rows r) {
  const tide_frame *f = x->f;
  const tide_column *d = tide_col(f, c);
  uint64_t width = width_of(d);
  uint8_t *into = arrow_room(x, a, 1, d->type == TIDE_BOOL ? bytes_of_bits(r.count) : width * r.count);
  if (!into) return;
  for (uint32_t k = 0; k < r.count; k++) {
    uint32_t i = row_at(r, k);
    if (!tide_valid(f, c, i)) continue;
    if (d->type == TIDE_BOOL) {
      if (tide_i64_there_(f, d, i)) set_bit(into, k);
    } else if (d->enc == TIDE_SEQ) {
      const uint8_t *p = tide_at(f, d->data);
      uint64_t value = (uint64_t)tide_load_i64_(p) + (uint64_t)i * (uint64_t)tide_load_i64_(p + 8);
      memcpy(into + 8u * (uint64_t)k, &value, 8);
    } else {
      const tide_column *slot = tide_slot_(f, d, &i);
      memcpy(into + width * k, tide_at(f, slot->data) + width * i, (size_t)width);
    }
  }
}

void copy_codes(exporter *x, struct ArrowArray *a, const tide_column *d, rows r) {
  const uint8_t *codes = tide_at(x->f, d->data);
  uint8_t *into = arrow_room(x, a, 1, 2u * (uint64_t)r.count);
  if (!into) return;
  for (uint32_t k = 0; k < r.count; k++) memcpy(into + 2u * (uint64_t)k, codes + 2u * (uint64_t)row_at(r, k), 2);
}

void copy_texts(exporter *x, struct ArrowArray *a, int32_t c, rows r) {
  const tide_frame *f = x->f;
  uint8_t *offsets = arrow_room(x, a, 1, 4u * ((uint64_t)r.count + 1)), *heap;
  uint64_t length = 0;
  int32_t end = 0;
  if (!offsets) return;
  for (uint32_t k = 0; k < r.count; k++) length += tide_bytes(f, c, row_at(r, k)).length;
  heap = arrow_room(x, a, 2, length);
  if (!heap) return;
  for (uint32_t k = 0; k < r.count; k++) {
    tide_string text = tide_bytes(f, c, row_at(r, k));
    memcpy(heap + end, text.data, (size_t)text.length);
    end += (int32_t)text.length;
    memcpy(offsets + 4u * ((uint64_t)k + 1), &end, 4);
  }
}

uint32_t *copy_lists(exporter *x, struct ArrowArray *a, int32_t c, rows r, uint32_t *count) {
  const tide_frame *f = x->f;
  uint8_t *offsets = arrow_room(x, a, 1, 4u * ((uint64_t)r.count + 1));
  uint64_t total = 0;
  uint32_t *chosen, at = 0;
  *count = 0;
  if (!offsets) return NULL;
  for (uint32_t k = 0; k < r.count; k++) total += tide_list(f, c, row_at(r, k)).count;
  /* Not part of the array, but as much memory as a part of it. */
  if (total * sizeof *chosen > TIDE_ARROW_COPIED || (x->copied += total * sizeof *chosen) > TIDE_ARROW_COPIED) {
    arrow_fail(x, TIDE_E_UNSUPPORTED, TOO_LARGE);
    return NULL;
  }
  chosen = malloc(total ? total * sizeof *chosen : 1);
  if (!chosen) {
    arrow_fail(x, TIDE_E_RETRY, "out of memory for the lists of an Arrow array");
    return NULL;
  }
  for (uint32_t k = 0; k < r.count; k++) {
    tide_place place = tide_list(f, c, row_at(r, k));
    int32_t end;
    for (uint32_t i = 0; i < place.count; i++) chosen[at++] = place.row + i;
    end = (int32_t)at;
    memcpy(offsets + 4u * ((uint64_t)k + 1), &end, 4);
  }
  *count = at;
  return chosen;
}

uint32_t *copy_zeros(exporter *x, uint32_t count) {
  uint32_t *zeros;
  if ((x->copied += count * sizeof *zeros) > TIDE_ARROW_COPIED) {
    arrow_fail(x, TIDE_E_UNSUPPORTED, TOO_LARGE);
    return NULL;
  }
  zeros = calloc(count ? count : 1, sizeof *zeros);
  if (!zeros) arrow_fail(x, TIDE_E_RETRY, "out of memory for the rows of an Arrow array");
  return zeros;
}
