/* CRC32C (Castagnoli, RFC 3720 appendix B.4), the checksum of frames on the wire and in the log. */
#ifndef TIDE_CRC32C_H
#define TIDE_CRC32C_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

/* Extends `crc` (0 to begin) by `length` bytes. [any] */
uint32_t tide_crc32c(uint32_t crc, const void *bytes, uint64_t length);

/* The same without the processor's instruction; for tests and for processors that lack it. [any] */
uint32_t tide_crc32c_portable(uint32_t crc, const void *bytes, uint64_t length);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
