/* tide.manifest/1: a plugin that describes itself in code, so that the build can write its `.tidemill` section ("seal").
 *
 * Asked of the first component, before any instance exists: component->extension(NULL, TIDE_MANIFEST_EXTENSION). Only the
 * child process of `tidemill plugin seal` does that; a host reads the section.
 */
#ifndef TIDEMILL_EXT_MANIFEST_H
#define TIDEMILL_EXT_MANIFEST_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_MANIFEST_EXTENSION "tide.manifest/1"

typedef struct tide_manifest_source {
  uint32_t size;
  uint32_t reserved;
  /* The whole manifest as JSON (docs/plugins/manifest.md), in static storage. [control] */
  tide_string (*json)(void);
} tide_manifest_source;

#ifdef __cplusplus
}
#endif
#endif
