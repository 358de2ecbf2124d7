/* The envelope of frames that are stored or sent: lengths, codec and checksums, before anything else of them is believed. */
#ifndef TIDE_ENVELOPE_H
#define TIDE_ENVELOPE_H

#include "tide_validate.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

/* Reads the header from 128 bytes of any alignment and checks rules 2..5 as far as the header alone can tell: frame_len and
 * raw_len are at most `limit`, the codec is known, the envelope's checksum holds where there is one. 0, or -1 and the rule. [any] */
int32_t tide_envelope_read(const uint8_t *bytes, uint64_t limit, tide_frame *header, tide_validation *why);

/* What body_crc has to be: over bytes 64..123 and header_len..frame_len of the frame as it is stored. [any] */
uint32_t tide_envelope_body_crc(const uint8_t *bytes, const tide_frame *header);

/* Sets both checksums and their flags in the stored frame at `bytes`, whose header is otherwise complete. [any] */
void tide_envelope_sign(uint8_t *bytes);

/* First offset at or after `from` at which a stored frame may begin: a readable header with a checksum of its own stands there, or the
 * bytes end before that can be told. `available` when there is none. [any] */
uint64_t tide_envelope_find(const uint8_t *bytes, uint64_t available, uint64_t from, uint64_t limit);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
