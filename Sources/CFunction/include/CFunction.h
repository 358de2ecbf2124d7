/* C functions called over columns: arguments gathered from a frame, a function called for all rows, results laid out as a column.
 * Not part of the contract.
 *
 *   tide_fn *fn = tide_fn_new(&signature, constants);              create
 *   tide_fn_bind(fn, symbol);                                      open
 *   rows = tide_fn_read(fn, frame, columns, selection, count, 0);  each batch: what its rows come to
 *   tide_fn_numbers(fn, data, valid);                              calls, and writes the column
 *   tide_fn_free(fn);                                              destroy
 *
 * One thread at a time. Memory grows to what the largest batch takes and is kept.
 */
#ifndef TIDEMILL_CFUNCTION_H
#define TIDEMILL_CFUNCTION_H

#include <tidemill/frame.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Types of parameters and results. */
#define TIDE_FN_I32 1
#define TIDE_FN_I64 2
#define TIDE_FN_U64 3
#define TIDE_FN_F32 4
#define TIDE_FN_F64 5
#define TIDE_FN_STR 6 /* const char *, uint64_t; as a result char *room, uint64_t capacity behind the parameters, and a length back */

/* Parameters of a function, constants among them. */
#define TIDE_FN_MOST 16u

/* Longest text that a function may return, in bytes. */
#define TIDE_FN_LONGEST (1u << 20)

/* The length of a text that says: there is none. */
#define TIDE_FN_NO_TEXT UINT64_MAX

typedef struct tide_fn_signature {
  uint8_t batch;              /* 0: R f(T...) for each row; 1: void f(const T *..., R *, uint64_t n, ...) once a batch */
  uint8_t result;             /* TIDE_FN_* */
  uint8_t columns;            /* parameters that differ from row to row */
  uint8_t constants;          /* parameters behind them that do not */
  uint8_t types[TIDE_FN_MOST]; /* TIDE_FN_* of both */
} tide_fn_signature;

/* A constant; the parameter's type says which member holds it. */
typedef struct tide_fn_constant {
  int64_t integer;
  uint64_t natural;
  double number;
  tide_string text;
} tide_fn_constant;

/* Why a row is rejected: one of these, and of the first two the number of the argument in the low bits. */
#define TIDE_FN_RANGE 0x40
#define TIDE_FN_TYPE 0x80
#define TIDE_FN_NULL 0x20     /* an argument is null, and nulls are rejected */
#define TIDE_FN_NOT_UTF8 0x21 /* the text that came back */
#define TIDE_FN_TOO_LONG 0x22 /* the same */
#define TIDE_FN_GREEDY 0x23   /* it wants more room each time it is called */

typedef struct tide_fn_reject {
  uint16_t row; /* of the frame */
  uint8_t code;
  uint8_t reserved;
} tide_fn_reject;

/* What a batch comes to. Lives until the next call of tide_fn_read. */
typedef struct tide_fn_rows {
  uint32_t kept;             /* rows of the output frame */
  uint32_t called;           /* those of them for which the function is called; the others are null */
  uint32_t rejected;
  uint32_t reserved;
  const uint16_t *keep;      /* their frame rows, strictly ascending; NULL = the first `kept` ones */
  const tide_fn_reject *rejects;
} tide_fn_rows;

typedef struct tide_fn tide_fn;

/* Prepares calls of a signature. `constants` are copied, the bytes of texts are not and must outlive it. NULL when memory ran
 * out or libffi refuses the signature. */
tide_fn *tide_fn_new(const tide_fn_signature *signature, const tide_fn_constant *constants);
void tide_fn_free(tide_fn *fn);

/* Sets the function, as dlsym gave it. */
void tide_fn_bind(tide_fn *fn, void *symbol);

/* How it is called: "batch", "typed" (compiled for this signature), or "libffi". */
const char *tide_fn_way(const tide_fn *fn);

/* Gathers the arguments of `count` >= 1 rows: columns[k] is the column of argument k, -1 = null in every row. With `rejects_nulls` a row
 * with a null argument is rejected. NULL when memory ran out. */
const tide_fn_rows *tide_fn_read(tide_fn *fn, const tide_frame *frame, const int32_t *columns, const uint16_t *selection,
                                 uint32_t count, int rejects_nulls);

/* Calls the function for what was read and writes one value of 8 bytes a kept row: an integer or a double. `valid` is written, whole
 * bytes, when fewer rows are called than kept; else it may be NULL. `data` is 8-byte aligned. */
void tide_fn_numbers(tide_fn *fn, uint8_t *data, uint8_t *valid);

/* The same for a function that returns a text, in two steps: calls, after which more rows may be rejected and *nulls says how many
 * of those that are kept have no text; then the column's offsets, heap and, if there are nulls, bitmap. -1 when memory ran out, -2
 * when the texts of so many rows are too much for one frame: read fewer, and call again. */
#define TIDE_FN_MOST_TEXT (2u << 20)
int64_t tide_fn_texts(tide_fn *fn, uint32_t *nulls);
void tide_fn_write_texts(const tide_fn *fn, uint8_t *offsets, uint8_t *heap, uint8_t *valid);

#ifdef __cplusplus
}
#endif
#endif
