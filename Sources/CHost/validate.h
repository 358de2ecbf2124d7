/* One validation on its way; private to validate*.c. */
#ifndef TIDE_VALIDATE_PRIVATE_H
#define TIDE_VALIDATE_PRIVATE_H

#include "tide_validate.h"

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

typedef struct check {
  const uint8_t *bytes;
  const tide_frame *f;
  const tide_column *columns;
  uint64_t length;     /* frame_len */
  uint64_t floor;      /* end of the descriptors: buffers lie above */
  uint64_t referenced; /* bytes that buffers claim so far (rule 31) */
  uint64_t nested;     /* values inside LISTs and STRUCTs so far (rule 29) */
  int32_t column;      /* the one at work, -1 = none */
  int names_are_plain; /* ASCII without NUL, and what lies between them */
  tide_validation *why;
} check;

/* Each gives 0, or -1 after reject. */
int32_t tide_check_column_(check *c, const tide_column *d);  /* rules 11..29 and 35, of c->column */
int32_t tide_check_nesting_(check *c, const tide_column *d); /* rule 29 but for offsets, of c->column */
int tide_names_are_plain_(const check *c);                   /* of names that rule 9 has passed */
int32_t tide_check_unique_names_(check *c);                  /* rule 12, of names known to lie in the frame */
int32_t tide_check_variants_(check *c);                      /* rule 30, of columns that passed the others */

/* The greatest of some 16-bit codes, 0 of none; unaligned. */
uint16_t tide_greatest_code_(const uint8_t *codes, uint32_t count);
/* Widens *low .. *high until all times lie within. */
void tide_time_range_(const int64_t *times, uint32_t count, int64_t *low, int64_t *high);
/* 1 when the least of the times, of which there is one at least, is `low` and the greatest `high`. */
int tide_is_time_range_(const int64_t *times, uint32_t count, int64_t low, int64_t high);

static inline int32_t reject(const check *c, uint32_t rule, uint64_t offset, const char *reason) {
  if (c->why) {
    c->why->rule = rule;
    c->why->column = c->column;
    c->why->offset = offset;
    c->why->reason = reason;
  }
  return -1;
}

static inline uint64_t offset_of(const check *c, const void *place) { return (uint64_t)((const uint8_t *)place - c->bytes); }

#pragma GCC visibility pop

#endif
