/* Frames as arrays of the Arrow C Data Interface: the work behind tide.arrow/1 (include/tidemill/ext/arrow.h, which has the mapping
 * and the rules of owning). */
#ifndef TIDEMILL_CARROW_H
#define TIDEMILL_CARROW_H

#include "tidemill/ext/arrow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What keeps the frame's memory: dropped once, by whoever releases the last array, on that thread. */
typedef struct tide_arrow_owner {
  void *context;
  void (*drop)(void *context);
} tide_arrow_owner;

/* Fills both structs from a valid frame. TIDE_OK: `owner` belongs to the arrays. Else *why says what is wrong, both structs are
 * released, and `owner` is still the caller's. [any] */
tide_status tide_arrow_export(const tide_batch *batch, uint32_t flags, tide_arrow_owner owner, struct ArrowArray *array,
                              struct ArrowSchema *schema, const char **why);

#ifdef __cplusplus
}
#endif
#endif
