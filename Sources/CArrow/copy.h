/* Values written out: of encodings that Arrow lacks, and of rows that do not stand side by side. */
#ifndef TIDE_ARROW_COPY_H
#define TIDE_ARROW_COPY_H

#include "array.h"

/* Values of a column: those that the list names, in its order, or `count` from `first` on. */
typedef struct rows {
  const uint32_t *list;
  uint32_t first, count;
} rows;

static inline uint32_t row_at(rows r, uint32_t k) { return r.list ? r.list[k] : r.first + k; }

/* Each fills buffers of `a`; a failure is in `x`. Slots of nulls are zero, or empty. */
int64_t copy_validity(exporter *x, struct ArrowArray *a, const uint8_t *bits, rows r); /* and counts the nulls */
void copy_values(exporter *x, struct ArrowArray *a, int32_t c, rows r);                /* of a fixed width, BOOL too */
void copy_codes(exporter *x, struct ArrowArray *a, const tide_column *d, rows r);
void copy_texts(exporter *x, struct ArrowArray *a, int32_t c, rows r); /* UTF8, BINARY, values of VARIANT */

/* Offsets of lists, and which values of the column inside stand in them, `count` of them: the caller's to free. */
uint32_t *copy_lists(exporter *x, struct ArrowArray *a, int32_t c, rows r, uint32_t *count);

/* As many zeros, the caller's to free. */
uint32_t *copy_zeros(exporter *x, uint32_t count);

#endif
