/* The identity of a frame's schema. */
#ifndef TIDE_SCHEMA_H
#define TIDE_SCHEMA_H

#include "tidemill/frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/* XXH64, seed 0, of the columns c < top in order, each as role u8, type u8, param u16, nullable u8 (0 or 1), name_len u16, name
 * bytes, integers little-endian. The frame must have passed validation or come from a builder. [any] */
uint64_t tide_schema_id(const tide_frame *frame);

#ifdef __cplusplus
}
#endif
#endif
