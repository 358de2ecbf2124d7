/* Holds exported arrays against the frames that they came from. */
#ifndef TIDE_ARROW_CHECK_H
#define TIDE_ARROW_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#include "CArrow.h"

#define KEPT(promise)                                                                     \
  do {                                                                                    \
    if (!(promise)) {                                                                     \
      fprintf(stderr, "%s:%d: not kept: %s\n", __FILE__, __LINE__, #promise);             \
      abort();                                                                            \
    }                                                                                     \
  } while (0)

/* A frame's memory as an export keeps it: freed when it is dropped, so that a sanitizer sees who reads it later. */
typedef struct kept_frame {
  uint8_t *bytes;
  uint32_t dropped;
} kept_frame;

/* 64-byte aligned, and no longer than it says. */
uint8_t *check_memory(uint64_t length);

/* Exports rows of a copy of the frame. */
tide_status check_export(const tide_frame *f, const uint16_t *selection, uint32_t count, uint32_t flags, kept_frame *keeper,
                         struct ArrowArray *array, struct ArrowSchema *schema);

/* Compares every value of the exported rows with what the frame's readers say. */
void check_equal(const tide_frame *f, const uint16_t *selection, uint32_t count, const struct ArrowArray *array,
                 const struct ArrowSchema *schema);

/* Exports the frame's rows, a run of them, and some of them, with and without dictionaries; compares; moves children out and
 * releases all in an order that chance decides. */
void check_frame(const tide_frame *f, uint64_t seed);

#endif
