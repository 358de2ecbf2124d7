/* What check_nanoarrow.py calls: exports of frames with known values, and who holds them. */
#include "arrow_check.h"
#include "arrow_frames.h"

static kept_frame keeper;
static uint64_t length;

/* Exports `count` rows from `first` on, `every` so many; of a frame of constants if asked for. The status. */
int32_t export_rows(int32_t constants, uint32_t rows, uint32_t first, uint32_t every, uint32_t count, uint32_t flags,
                    struct ArrowArray *array, struct ArrowSchema *schema) {
  uint8_t *frame = constants ? all_constants(rows, &length) : all_types(rows, &length);
  uint16_t *selection = malloc(2u * (size_t)rows);
  int32_t status;
  KEPT(selection != NULL);
  for (uint32_t k = 0; k < count; k++) selection[k] = (uint16_t)(first + k * every);
  status = check_export((const tide_frame *)(const void *)frame, selection, count, flags, &keeper, array, schema);
  free(selection);
  free(frame);
  return status;
}

uint64_t frame_address(void) { return (uint64_t)(uintptr_t)keeper.bytes; }
uint64_t frame_length(void) { return length; }
uint32_t dropped(void) { return keeper.dropped; }
