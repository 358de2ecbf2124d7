/* The identity of a frame's schema, and the schemas that a peer has sent. */
#ifndef TIDE_SCHEMA_H
#define TIDE_SCHEMA_H

#include "tide_validate.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

#define TIDE_INTERNER_SCHEMAS 4096u     /* of one peer */
#define TIDE_INTERNER_BYTES (16u << 20) /* of all of them */

/* XXH64, seed 0, of the columns c < top in order, each as role u8, type u8, param u16, nullable u8 (0 or 1), name_len u16, name
 * bytes, integers little-endian; after a LIST or STRUCT come the number of columns inside it as u16 and these in the same way.
 * The frame must have passed validation or come from a builder. [any] */
uint64_t tide_schema_id(const tide_frame *frame);

/* Keeps the schemas of one peer under their schema_id, at most TIDE_INTERNER_SCHEMAS and TIDE_INTERNER_BYTES; used by one thread
 * at a time, through tide_validate_from. NULL when memory runs out. */
tide_interner *tide_interner_create(void);
void tide_interner_destroy(tide_interner *interner);

/* Schemas kept so far. */
uint32_t tide_interner_count(const tide_interner *interner);

/* 1 when the frame's schema is kept under its schema_id, byte for byte; 0 when nothing is; -1 when another is. The frame's
 * descriptors have passed validation. For the validator. */
int32_t tide_interner_knows_(const tide_interner *interner, const tide_frame *frame);

/* Keeps the schema of a frame that passed validation and is not known. NULL, or why not, a static sentence. For the validator. */
const char *tide_interner_add_(tide_interner *interner, const tide_frame *frame);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
