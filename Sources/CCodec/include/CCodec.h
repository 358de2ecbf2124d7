/* Frames as they are stored and sent: compressed by LZ4 or Zstandard where that pays, and signed with CRC-32C.
 *
 * A compressed frame keeps its header; after it stand the length of the block as u32, the block, and zeros up to a multiple of
 * 64. The contents of the header are those of the frame before, but for codec, frame_len, flags and checksums.
 */
#ifndef TIDEMILL_CCODEC_H
#define TIDEMILL_CCODEC_H

#include "tide_envelope.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What compressing takes along from frame to frame; used by one thread at a time. */
typedef struct tide_sealer tide_sealer;

/* For TIDE_CODEC_NONE, _LZ4 or _ZSTD (level 1); NULL for another codec and when memory runs out. */
tide_sealer *tide_sealer_create(uint32_t codec);
void tide_sealer_destroy(tide_sealer *sealer);

/* Writes the stored form of a frame that is valid or fresh from a builder, and gives its length, which is at most the frame's;
 * 0, and nothing written, when `capacity` is below the frame's length. A frame that does not get shorter stays uncompressed. A
 * schema_id of 0 is filled in, and seq is `seq`. `into` may have any alignment and must not overlap the frame. */
uint64_t tide_seal(tide_sealer *sealer, const tide_frame *frame, uint64_t seq, uint8_t *into, uint64_t capacity);

/* What decompressing takes along; used by one thread at a time. NULL when memory runs out. */
typedef struct tide_opener tide_opener;
tide_opener *tide_opener_create(void);
void tide_opener_destroy(tide_opener *opener);

/* Unpacks the stored frame at `bytes`, of which `available` may be read, to 64-byte aligned memory with room for its raw_len
 * (tide_envelope_read tells it), and validates it with all rules, as one of the peer whose schemas `peer` keeps, unless that is
 * NULL. Gives its length; 0 and the broken rule when it is refused, the memory's content then being anything. Neither more than
 * `capacity` bytes are written nor more than `limit` unpacked. The result is neither compressed nor signed. */
uint64_t tide_open(tide_opener *opener, const uint8_t *bytes, uint64_t available, uint64_t limit, tide_interner *peer,
                   uint8_t *into, uint64_t capacity, tide_validation *why);

#ifdef __cplusplus
}
#endif
#endif
