/* tide.embed/1 (draft): the host itself as a library, for a foreign engine that runs a pipeline inside its own process.
 *
 * The foreign engine owns threads, time, delivery and checkpoints: it pushes frames in, pulls frames out, and moves the state by
 * key group.
 */
#ifndef TIDEMILL_EXT_EMBED_H
#define TIDEMILL_EXT_EMBED_H

#include "../../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_EMBED "tide.embed/1"

typedef struct tide_pipeline tide_pipeline;

typedef struct tide_embed {
  uint32_t size;
  uint32_t reserved;
  /* Opens a pipeline from the text of its manifest, for key groups first_group .. first_group + groups - 1. [control] */
  tide_status (*open)(tide_string manifest, uint32_t first_group, uint32_t groups, tide_pipeline **out, tide_string *problem);
  /* Hands a frame to a source node; the bytes are copied. [worker] */
  tide_status (*push)(tide_pipeline *pipeline, tide_string node, const tide_frame *frame);
  tide_status (*push_watermark)(tide_pipeline *pipeline, tide_string node, int64_t ts); /* [worker] */
  /* Takes the next frame of a sink node; TIDE_IDLE when there is none. Borrowed until the next call. [worker] */
  tide_status (*pull)(tide_pipeline *pipeline, tide_string node, const tide_frame **frame);
  tide_status (*snapshot)(tide_pipeline *pipeline, const tide_writer *writer);                     /* [worker] */
  tide_status (*restore)(tide_pipeline *pipeline, uint32_t group, const tide_reader *reader);      /* [control] before push */
  void (*close)(tide_pipeline *pipeline);                                                          /* [control] */
} tide_embed;

#ifdef __cplusplus
}
#endif
#endif
