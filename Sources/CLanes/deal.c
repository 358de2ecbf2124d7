#include "CLanes.h"

#include <string.h>

/* No lane: the code has not been looked up. */
#define UNKNOWN 255u

/* Lane of a row's key; *needed says how many bytes its key has where there are too few. */
static uint8_t lane_of(const tide_dealer *d, const tide_frame *f, uint32_t row, uint64_t *needed) {
  uint64_t length = d->column_count == 0 ? 0 : tide_key_bytes_n(f, d->columns, d->column_count, row, d->key, d->key_capacity);
  if (length > d->key_capacity) {
    *needed = length;
    return 0;
  }
  return d->lane_of_group[tide_key_group(d->key, length)];
}

/* One column that holds the same value in every row: one key. */
static int is_constant(const tide_dealer *d, const tide_frame *f) {
  uint32_t i;
  for (i = 0; i < d->column_count; i++) {
    if (d->columns[i] >= 0 && tide_col(f, d->columns[i])->enc != TIDE_CONST) return 0;
  }
  return 1;
}

uint64_t tide_deal(const tide_dealer *d, const tide_frame *f, const uint16_t *selection, uint32_t count, uint32_t *starts) {
  uint32_t counts[TIDE_KEY_GROUPS], i, total = 0;
  uint64_t needed = 0;
  int is_coded = d->column_count == 1 && d->columns[0] >= 0 && tide_col(f, d->columns[0])->enc == TIDE_DICT16;
  memset(counts, 0, sizeof counts);
  if (count > 0 && is_constant(d, f)) {
    uint8_t lane = lane_of(d, f, selection ? selection[0] : 0, &needed);
    if (needed > 0) return needed;
    memset(d->lane_of_row, lane, count);
    counts[lane] = count;
  } else if (is_coded) {
    const uint16_t *codes = tide_code_vec(f, d->columns[0]);
    uint8_t none = UNKNOWN;
    memset(d->lane_of_code, UNKNOWN, tide_col(f, tide_col(f, d->columns[0])->dict)->len);
    for (i = 0; i < count; i++) {
      uint32_t row = selection ? selection[i] : i;
      uint8_t *known = tide_valid(f, d->columns[0], row) ? &d->lane_of_code[codes[row]] : &none;
      if (*known == UNKNOWN) {
        *known = lane_of(d, f, row, &needed);
        if (needed > 0) return needed;
      }
      d->lane_of_row[i] = *known;
      counts[*known]++;
    }
  } else {
    for (i = 0; i < count; i++) {
      uint8_t lane = lane_of(d, f, selection ? selection[i] : i, &needed);
      if (needed > 0) return needed;
      d->lane_of_row[i] = lane;
      counts[lane]++;
    }
  }
  for (i = 0; i < d->lanes; i++) {
    starts[i] = total;
    total += counts[i];
    counts[i] = starts[i];
  }
  starts[d->lanes] = total;
  for (i = 0; i < count; i++) d->rows[counts[d->lane_of_row[i]]++] = selection ? selection[i] : (uint16_t)i;
  return 0;
}
