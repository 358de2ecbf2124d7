/* tide.commit/1 (draft): sinks that take part in a checkpoint in two phases. Offered by the component.
 *
 * prepare puts all that is needed to finish into the checkpoint; commit runs once the checkpoint is published. Both may be
 * repeated for the same id. After a restore, prepared ids up to the checkpoint are committed again and later ones aborted.
 */
#ifndef TIDEMILL_EXT_COMMIT_H
#define TIDEMILL_EXT_COMMIT_H

#include "../../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_COMMIT "tide.commit/1"

typedef struct tide_commit {
  uint32_t size;
  uint32_t reserved;
  tide_status (*prepare)(tide_instance *self, uint64_t checkpoint_id, const tide_writer *writer); /* [worker] at the barrier */
  tide_status (*commit)(tide_instance *self, uint64_t checkpoint_id);                             /* [worker] */
  tide_status (*abort)(tide_instance *self, uint64_t checkpoint_id);                              /* [worker] */
} tide_commit;

#ifdef __cplusplus
}
#endif
#endif
