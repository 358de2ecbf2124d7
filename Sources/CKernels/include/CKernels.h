/* Loops over columns for expressions: comparisons, arithmetic and logic of up to a few thousand rows at a time.
 *
 * Conditions are bytes, so that `and` is & and `or` is |: TIDE_K_FALSE, TIDE_K_ERROR, TIDE_K_TRUE. A side that decides alone
 * absorbs the error of the other. Numbers are arrays with states beside them, NULL when every row has a value.
 * Not part of the contract.
 */
#ifndef TIDEMILL_CKERNELS_H
#define TIDEMILL_CKERNELS_H

#include <tidemill/frame.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_K_FALSE 0u
#define TIDE_K_ERROR 1u
#define TIDE_K_TRUE 3u

/* States: those of tide_values. */
#define TIDE_K_VALUE 0u
#define TIDE_K_NULL 1u
#define TIDE_K_MISSING 2u

/* Comparisons. */
#define TIDE_K_EQUAL 0u
#define TIDE_K_NOT_EQUAL 1u
#define TIDE_K_LESS 2u
#define TIDE_K_LESS_OR_EQUAL 3u
#define TIDE_K_GREATER 4u
#define TIDE_K_GREATER_OR_EQUAL 5u

/* Arithmetic. */
#define TIDE_K_ADD 0u
#define TIDE_K_SUBTRACT 1u
#define TIDE_K_MULTIPLY 2u
#define TIDE_K_DIVIDE 3u
#define TIDE_K_MODULO 4u

/* Rows of a frame: `count` numbers, or `count` rows from `first` on when there are none. */
typedef struct tide_k_rows {
  const uint16_t *numbers;
  uint32_t first, count;
} tide_k_rows;

/* ---- columns into arrays --------------------------------------------------------------------------------------------- */

/* The values of rows of a column of numbers, times or booleans; 0 where there is none. */
void tide_k_load_i64(const tide_frame *frame, int32_t column, tide_k_rows rows, int64_t *out);
void tide_k_load_u64(const tide_frame *frame, int32_t column, tide_k_rows rows, uint64_t *out);
void tide_k_load_f64(const tide_frame *frame, int32_t column, tide_k_rows rows, double *out);
/* TIDE_K_VALUE or TIDE_K_MISSING for each row; true when any is missing. */
int tide_k_load_states(const tide_frame *frame, int32_t column, tide_k_rows rows, uint8_t *out);
/* The numbers of a VARIANT column that a double holds exactly, with their states; for others TIDE_K_NULL or TIDE_K_MISSING. True
 * when any row has none. */
int tide_k_load_variant_f64(const tide_frame *frame, int32_t column, tide_k_rows rows, double *out, uint8_t *states);
/* tide_k_load_states of a VARIANT column, with TIDE_K_NULL where the value is null. */
int tide_k_load_variant_states(const tide_frame *frame, int32_t column, tide_k_rows rows, uint8_t *out);
/* Makes TIDE_K_NULL of TIDE_K_MISSING where the objects of a VARIANT column have a null under the key. */
void tide_k_find_nulls(const tide_frame *frame, int32_t column, int64_t key, tide_k_rows rows, uint8_t *states);
/* The texts of rows of a column of strings. */
void tide_k_load_texts(const tide_frame *frame, int32_t column, tide_k_rows rows, tide_string *out);

/* ---- conditions -------------------------------------------------------------------------------------------------------- */

/* a OP b for each row. */
void tide_k_compare_i64(uint32_t op, const int64_t *a, const int64_t *b, uint8_t *out, uint32_t count);
void tide_k_compare_u64(uint32_t op, const uint64_t *a, const uint64_t *b, uint8_t *out, uint32_t count);
void tide_k_compare_f64(uint32_t op, const double *a, const double *b, uint8_t *out, uint32_t count);
/* Gives rows whose state is not TIDE_K_VALUE the result `missing`, those of TIDE_K_NULL the result `null`. */
void tide_k_settle(const uint8_t *states, uint8_t null, uint8_t missing, uint8_t *out, uint32_t count);

void tide_k_and(const uint8_t *a, const uint8_t *b, uint8_t *out, uint32_t count);
void tide_k_or(const uint8_t *a, const uint8_t *b, uint8_t *out, uint32_t count);
void tide_k_not(const uint8_t *a, uint8_t *out, uint32_t count);
/* 64-bit numbers that are not 0 are true. */
void tide_k_truth(const int64_t *a, uint8_t *out, uint32_t count);

/* verdicts[code] for each row. */
void tide_k_look_up(const uint16_t *codes, tide_k_rows rows, const uint8_t *verdicts, uint8_t *out);
/* TIDE_K_TRUE for the rows of one code, else TIDE_K_FALSE; the other way round when `negated`. */
void tide_k_match_code(const uint16_t *codes, tide_k_rows rows, uint16_t code, int negated, uint8_t *out);
/* Compares texts of a column that is not DICT16 with one. */
void tide_k_match_text(const tide_frame *frame, int32_t column, tide_k_rows rows, tide_string text, int negated, uint8_t *out);

/* Writes the frame rows that are TIDE_K_TRUE; returns how many, and adds those that are TIDE_K_ERROR to *errors and, when it is
 * not NULL, to `erring`. */
uint32_t tide_k_select(const uint8_t *mask, tide_k_rows rows, uint16_t *out, uint16_t *erring, uint32_t *errors);

/* ---- arithmetic -------------------------------------------------------------------------------------------------------- */

/* a OP b of doubles, as IEEE 754 has it; no modulo. */
void tide_k_arithmetic_f64(uint32_t op, const double *a, const double *b, double *out, uint32_t count);
/* Of integers; true when a row overflowed or was divided by zero, and only then `states` is written: TIDE_K_MISSING there. */
int tide_k_arithmetic_i64(uint32_t op, const int64_t *a, const int64_t *b, int64_t *out, uint8_t *states, uint32_t count);
int tide_k_arithmetic_u64(uint32_t op, const uint64_t *a, const uint64_t *b, uint64_t *out, uint8_t *states, uint32_t count);
/* -a; as above. */
int tide_k_negate_i64(const int64_t *a, int64_t *out, uint8_t *states, uint32_t count);
void tide_k_negate_f64(const double *a, double *out, uint32_t count);
void tide_k_widen_i64(const int64_t *a, double *out, uint32_t count);
void tide_k_widen_u64(const uint64_t *a, double *out, uint32_t count);
/* What a result of two operands has: TIDE_K_VALUE when both have values, else TIDE_K_MISSING. Each may be NULL. */
void tide_k_both(const uint8_t *a, const uint8_t *b, uint8_t *out, uint32_t count);
/* a where the condition is true, b where it is false, nothing where it errs. True when a row has no value; its value is 0 then. */
int tide_k_choose(const uint8_t *mask, const uint64_t *a, const uint8_t *a_states, const uint64_t *b, const uint8_t *b_states,
                  uint64_t *out, uint8_t *states, uint32_t count);
/* Sets rows without a value to 0. */
void tide_k_clear(const uint8_t *states, uint64_t *values, uint32_t count);

#ifdef __cplusplus
}
#endif
#endif
