#ifndef TIDE_SELECTION_H
#define TIDE_SELECTION_H

#include <stddef.h>
#include <stdint.h>

/* 1 when the row numbers are strictly ascending and below `rows`. Branch-free over the list, so that it vectorises: it runs on
 * every forward. */
static inline int tide_selection_ok(const uint16_t *selection, uint32_t count, uint32_t rows) {
  uint32_t k, bad = 0;
  if (count == 0) return 1;
  for (k = 1; k < count; k++) bad |= selection[k] <= selection[k - 1];
  return !bad && selection[count - 1] < rows;
}

/* 1 when the `count` row numbers are, in the same order, among the `whole` row numbers of `of`. */
static inline int tide_selection_within(const uint16_t *selection, uint32_t count, const uint16_t *of, uint32_t whole) {
  uint32_t found = 0, k;
  if (count > whole) return 0;
  for (k = 0; k < whole && found < count; k++) found += selection[found] == of[k];
  return found == count;
}

/* 1 when the ascending selection, or the first `count` rows without one, hold the row. */
static inline int tide_selection_holds(const uint16_t *selection, uint32_t count, uint32_t row) {
  uint32_t low = 0, high = count, middle;
  if (selection == NULL) return row < count;
  while (low < high) {
    middle = low + (high - low) / 2;
    if (selection[middle] < row) low = middle + 1; else high = middle;
  }
  return low < count && selection[low] == row;
}

#endif
