/* tide.partitions/1: a source of several partitions, each read from a position. Offered by an instance (tide_component.extension).
 *
 * After open the host asks for the partitions and gives each a number; the source then reads all of them, in frames that hold rows
 * of one partition each and bear its number as `stream`. Watermarks and idleness are told by the same numbers. A position is what
 * the source needs to read on from there; the host keeps it as it is and does not look into it.
 */
#ifndef TIDEMILL_EXT_PARTITIONS_H
#define TIDEMILL_EXT_PARTITIONS_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_PARTITIONS "tide.partitions/1"
/* Most partitions of one instance, and most bytes of a name and of a position. */
#define TIDE_MAX_PARTITIONS 65536u
#define TIDE_MAX_PARTITION_NAME 4096u
#define TIDE_MAX_POSITION (1u << 20)

typedef struct tide_partitions {
  uint32_t size;
  uint32_t reserved;
  /* Calls `found` with the name of every partition there is, each once, in a stable order; a status below zero that `found`
   * answers is returned. [control] after open */
  tide_status (*list)(tide_instance *self, tide_status (*found)(void *user, tide_string name), void *user);
  /* Makes the instance read a partition under a number, from a position that position() gave earlier; of length 0: from its
   * start. [control] after open, [worker] between polls */
  tide_status (*assign)(tide_instance *self, uint32_t number, tide_string name, tide_string position);
  /* Takes a partition away again: no row of it comes any more. [worker] between polls */
  tide_status (*revoke)(tide_instance *self, uint32_t number);
  /* Where the next row of a partition will come from; borrowed until the next call on this instance. [worker] between polls */
  tide_status (*position)(tide_instance *self, uint32_t number, tide_string *position);
} tide_partitions;

#ifdef __cplusplus
}
#endif
#endif
