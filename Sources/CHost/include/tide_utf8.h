/* Well-formed UTF-8 (Unicode 15, table 3-7). */
#ifndef TIDE_UTF8_H
#define TIDE_UTF8_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

/* How many leading bytes are well-formed UTF-8; `length` when all are. *ascii, unless NULL, receives 1 when all of the bytes
 * are below 0x80, else 0. [any] */
uint64_t tide_utf8_prefix(const void *bytes, uint64_t length, int *ascii);

/* The same a character at a time; for tests, and for processors without the instructions that the other one wants. [any] */
uint64_t tide_utf8_prefix_portable(const void *bytes, uint64_t length, int *ascii);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
