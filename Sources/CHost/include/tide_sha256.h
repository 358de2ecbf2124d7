/* The block function of SHA-256 (FIPS 180-4) by the processor's instructions: eight times as fast as without them. */
#ifndef TIDE_SHA256_H
#define TIDE_SHA256_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

/* Takes `count` blocks of 64 bytes into the hash's eight words; 0, and nothing is done, where the processor lacks the
 * instructions. [any] */
int32_t tide_sha256_blocks(uint32_t state[8], const void *bytes, uint64_t count);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
