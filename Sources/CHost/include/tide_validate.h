/* Validation of frames from untrusted hands. The rules, by number, are in docs/frames.md.
 *
 * The promise: after tide_validate gave 0 for a DATA or ERROR frame, every reader of frame.h is memory-safe for each row < rows
 * and each column < top, and for the dictionaries, the row watermark and the verbatim records, whatever the values are.
 */
#ifndef TIDE_VALIDATE_H
#define TIDE_VALIDATE_H

#include "tidemill/frame.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

#define TIDE_FRAME_LIMIT (16u << 20)     /* bytes of a frame, unless the pipeline says otherwise */
#define TIDE_FRAME_HARD_LIMIT (1u << 30) /* bytes of a frame, whatever it says */
#define TIDE_VARIANT_DEPTH 64u           /* containers inside each other */
#define TIDE_VARIANT_ELEMENTS 65536u     /* of one container */

/* What a frame was refused for. */
typedef struct tide_validation {
  uint32_t rule;      /* its number, 0 = accepted */
  int32_t column;     /* descriptor at fault, -1 = none */
  uint64_t offset;    /* of the bytes at fault, from the start of the frame */
  const char *reason; /* a static sentence */
} tide_validation;

/* Checks the frame that starts at `bytes`, of which `available` may be read and whose frame_len may be at most `limit`. Gives 0
 * when it keeps all rules, else -1 and the first broken rule in *why (may be NULL). One pass, no allocation, about 20 KiB of
 * stack; the bytes must not change meanwhile. [any] */
int32_t tide_validate(const uint8_t *bytes, uint64_t available, uint64_t limit, tide_validation *why);

/* The schemas that one peer has sent; see tide_schema.h. */
typedef struct tide_interner tide_interner;

/* The same for a frame from a peer whose schemas are kept: rule 36 too, and names are compared with each other only the first
 * time. `peer` may be NULL. [the peer's thread] */
int32_t tide_validate_from(const uint8_t *bytes, uint64_t available, uint64_t limit, tide_interner *peer, tide_validation *why);

/* The part of those rules that the host itself relies on when it passes a frame of rows on: envelope, descriptors, roles, names,
 * riders, and the column of the event time. Takes time by the number of columns, whatever the rows. */
int32_t tide_validate_head(const uint8_t *bytes, uint64_t available, uint64_t limit, tide_validation *why);

/* Checks a Parquet Variant metadata blob with sorted keys; *keys receives their number. NULL when it is good, else what is
 * wrong with it, a static sentence. [any] */
const char *tide_variant_check_keys(const uint8_t *metadata, uint64_t length, uint32_t *keys);

/* Checks a Parquet Variant value that fills `length` bytes, over a dictionary of `keys` keys. As above. Its work is bounded by
 * TIDE_VARIANT_DEPTH * length. [any] */
const char *tide_variant_check(const uint8_t *value, uint64_t length, uint32_t keys);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
