/* What the files of this module share. */
#ifndef TIDEMILL_FUNCTION_H
#define TIDEMILL_FUNCTION_H

#include "CFunction.h"

#include <ffi.h>
#include <stdlib.h>

typedef void (*tide_fn_symbol)(void);

typedef union tide_fn_value {
  int32_t i32;
  int64_t i64;
  uint64_t u64;
  float f32;
  double f64;
  tide_string text;
} tide_fn_value;

/* Calls for n rows: values[k] points to the first value of parameter k, step[k] is 1, or 0 for a constant. */
typedef void (*tide_fn_thunk)(tide_fn_symbol symbol, const void *const *values, const size_t *step, void *out, uint64_t n);

/* A row's text: where it stands in the heap. */
typedef struct tide_fn_piece {
  uint32_t from, length; /* UINT32_MAX: null */
} tide_fn_piece;

struct tide_fn {
  tide_fn_signature signature;
  uint32_t parameters; /* columns and constants */
  tide_fn_symbol symbol;
  tide_fn_thunk thunk; /* NULL: through libffi */
  ffi_cif cif;
  ffi_type *types[2 * TIDE_FN_MOST + 2];
  const void *values[TIDE_FN_MOST]; /* of the batch at hand: dense, one value for each row that is called */
  size_t step[TIDE_FN_MOST];
  tide_fn_value constants[TIDE_FN_MOST];
  uint8_t *buffers[TIDE_FN_MOST]; /* where arguments are gathered that cannot be used where they are */
  uint32_t capacity;              /* rows that everything below has room for */
  uint8_t *state;                 /* a visited row each: 0, ABSENT, or why it is rejected */
  uint16_t *keep;
  uint16_t *call;  /* places among the kept rows */
  uint16_t *from;  /* places among the visited rows */
  tide_fn_reject *rejects;
  uint8_t *results;
  tide_fn_piece *pieces; /* a kept row each */
  uint8_t *heap;
  uint64_t heap_capacity;
  tide_fn_rows rows;
};

/* State of a row with a null argument. */
#define TIDE_FN_ABSENT 1u

/* Bytes of a value. */
static inline uint32_t tide_fn_width_(uint32_t type) {
  switch (type) {
  case TIDE_FN_I32:
  case TIDE_FN_F32: return 4;
  case TIDE_FN_STR: return sizeof(tide_string);
  default: return 8;
  }
}

/* The compiled call of a signature, NULL when there is none. */
tide_fn_thunk tide_fn_thunk_of_(const tide_fn_signature *signature);

/* Gathers argument k of `count` rows: leaves its values in values[k] and marks in `state` what is null or does not fit. 1 when it
 * marked any. */
int tide_fn_gather_(tide_fn *fn, uint32_t k, const tide_frame *frame, int32_t column, const uint16_t *selection,
                    uint32_t count);

/* Calls libffi for one row: `at` are the addresses of its arguments. */
static inline void tide_fn_call_(tide_fn *fn, void *result, void **at) { ffi_call(&fn->cif, fn->symbol, result, at); }

/* Fills `at` with the addresses of the first row's arguments and gives how many there are; *advance receives for each the bytes to the
 * next row's. */
uint32_t tide_fn_addresses_(const tide_fn *fn, void **at, size_t *advance);

#endif
