#ifndef TIDE_SELECTION_H
#define TIDE_SELECTION_H

#include <stdint.h>

/* 1 when the row numbers are strictly ascending and below `rows`. Branch-free over the list, so that it vectorises: it runs on
 * every forward. */
static inline int tide_selection_ok(const uint16_t *selection, uint32_t count, uint32_t rows) {
  uint32_t k, bad = 0;
  if (count == 0) return 1;
  for (k = 1; k < count; k++) bad |= selection[k] <= selection[k - 1];
  return !bad && selection[count - 1] < rows;
}

#endif
