/* tide.arrow/1 (draft): a batch through the Arrow C Data Interface, columns that are laid out as Arrow's without copying.
 *
 * struct ArrowArray and struct ArrowSchema are Arrow's own (arrow.apache.org, C Data Interface); whoever exports declares them.
 */
#ifndef TIDEMILL_EXT_ARROW_H
#define TIDEMILL_EXT_ARROW_H

#include "../../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_ARROW "tide.arrow/1"

struct ArrowArray;
struct ArrowSchema;

typedef struct tide_arrow {
  uint32_t size;
  uint32_t reserved;
  /* Fills both structs; the array holds its own reference of the frame until its release is called, on any thread. [worker] */
  tide_status (*export_batch)(void *context, const tide_batch *batch, struct ArrowArray *array, struct ArrowSchema *schema);
} tide_arrow;

#ifdef __cplusplus
}
#endif
#endif
