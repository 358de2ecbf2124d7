/* The parts of the fuzzer; frame_fuzz.c says what it does and how to run it. */
#ifndef TIDE_FUZZ_H
#define TIDE_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "CCodec.h"
#include "tide_schema.h"
#include "tidemill/build.h"
#include "tidemill/nested.h"
#include "tidemill/variant.h"

/* A promise that was not kept. */
#define PROMISE(kept)                                                                    \
  do {                                                                                   \
    if (!(kept)) {                                                                       \
      fprintf(stderr, "%s:%d: not kept: %s\n", __FILE__, __LINE__, #kept);               \
      abort();                                                                           \
    }                                                                                    \
  } while (0)

#define SEEDS 8u

typedef struct seed_frame {
  uint8_t *bytes;
  uint64_t length;
} seed_frame;

/* Good frames of every type and encoding, made once. */
const seed_frame *fuzz_seed(uint32_t number);

/* Memory that ends where `length` bytes end, so that the sanitizer sees the first byte beyond; 64-byte aligned. */
uint8_t *fuzz_memory(uint64_t length);

/* Reads everything that a valid frame offers through every reader. */
uint64_t fuzz_read(const tide_frame *frame);

/* Reads a value of any bytes through every reader of variant.h. */
uint64_t fuzz_read_variant(tide_string value, tide_string keys, uint32_t depth);

/* Follows the bytes as a program for a builder, and holds the frame against what was put. */
void fuzz_build(const uint8_t *data, size_t size);

/* Seals a valid frame, opens it again and compares; then edits the sealed bytes. */
void fuzz_seal(const tide_frame *frame, const uint8_t *data, size_t size);

/* Edits of six bytes each: position (u32), how (u8), value (u8). Half of them go to the first `structure` bytes. */
void fuzz_edit(uint8_t *bytes, uint64_t length, uint64_t structure, const uint8_t *data, size_t size);

#endif
