/* tide.partitions/1 (draft): sources with partitions and positions. Offered by the component.
 *
 * The host gives partitions out over lanes and keeps positions in checkpoints; a frame's `stream` is its partition's number.
 */
#ifndef TIDEMILL_EXT_PARTITIONS_H
#define TIDEMILL_EXT_PARTITIONS_H

#include "../../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_PARTITIONS "tide.partitions/1"

typedef struct tide_partitions {
  uint32_t size;
  uint32_t reserved;
  /* Names every partition there is, each once, in a stable order. [control] after open */
  tide_status (*list)(tide_instance *self, tide_status (*found)(void *user, tide_string name), void *user);
  /* Makes the instance read a partition under a number, from a position that position() gave earlier (length 0: from its
   * start). [worker] between polls */
  tide_status (*assign)(tide_instance *self, uint32_t number, tide_string name, tide_string position);
  /* Takes a partition away again. [worker] between polls */
  tide_status (*revoke)(tide_instance *self, uint32_t number);
  /* Where the next row of a partition will come from; borrowed until the next call. [worker] between polls */
  tide_status (*position)(tide_instance *self, uint32_t number, tide_string *position);
} tide_partitions;

#ifdef __cplusplus
}
#endif
#endif
