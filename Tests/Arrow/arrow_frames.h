/* Frames whose values are known, for tests of tide.arrow/1 in C and in Python (check_nanoarrow.py says what is in them). */
#ifndef TIDE_ARROW_FRAMES_H
#define TIDE_ARROW_FRAMES_H

#include <stdint.h>

/* Every type, most values of which are null in every fifth row. The caller frees it. */
uint8_t *all_types(uint32_t rows, uint64_t *length);

/* Every type and encoding of a value that all rows share, also of lists and structs. The caller frees it. */
uint8_t *all_constants(uint32_t rows, uint64_t *length);

/* 65,536 rows that share a text of 8 KiB. The caller frees it. */
uint8_t *shared_text(void);

#endif
