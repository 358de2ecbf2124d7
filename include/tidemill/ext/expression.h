/* tide.expression/1: the host's expressions, in the Common Expression Language, for operators, sinks and sources.
 *
 * An option whose schema says `"format": "expression"` holds one; `validate` has checked it by then. A plugin compiles it in
 * create or open and evaluates it over whole batches: the host runs loops over columns where it can, and row by row elsewhere.
 * Fields are variables; docs/expressions.md describes the language.
 *
 *   const tide_expressions *cel = host->extension(host->context, TIDE_EXPRESSION);
 *   cel->compile(host->context, text, "where", TIDE_BOOL, &where);               create
 *   cel->filter(where, in, rows, &count, NULL);                                  process
 *   host->forward(out, 0, in, rows, count);
 *
 * An expression belongs to the instance that compiled it, and is released with it. Calls on one instance never overlap.
 */
#ifndef TIDEMILL_EXT_EXPRESSION_H
#define TIDEMILL_EXT_EXPRESSION_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_EXPRESSION "tide.expression/1"

/* A compiled expression, opaque. */
typedef struct tide_expression tide_expression;

/* What a row has: states of tide_values. */
#define TIDE_ROW_VALUE 0u
#define TIDE_ROW_NULL 1u  /* the expression gave null */
#define TIDE_ROW_ERROR 2u /* it erred: the row's fields do not fit it, or one that it needs is absent */

/* One value for each row of a batch, in the order of its rows. */
typedef struct tide_values {
  uint32_t size;
  uint32_t type;        /* TIDE_BOOL, I64, U64, F64, TIME, DURATION, UTF8, BINARY or VARIANT */
  uint32_t count;       /* rows */
  uint32_t nulls;       /* rows in state TIDE_ROW_NULL */
  uint32_t errors;      /* rows in state TIDE_ROW_ERROR */
  uint32_t reserved;    /* of those, so many rows at the end, not evaluated because the values of all had no room at once: ask for
                           them alone, by a selection. The first row of a batch is never one of them, so that this comes to an
                           end; as a rule it is 0 */
  const uint8_t *state; /* one a row; NULL when every row has a value */
  const void *data;     /* one a row: uint8_t 0 or 1 of BOOL, int64_t of I64, TIME and DURATION, uint64_t, double, else tide_string;
                           zero, or an empty string, in rows without a value */
  tide_string metadata; /* of VARIANT: the key dictionary that all values share */
} tide_values;

typedef struct tide_expressions {
  uint32_t size;
  uint32_t reserved;
  /* Compiles `text`. `config_path` names the option that holds it, for messages, or is empty. `type` is what the plugin wants:
   * TIDE_BOOL for filter; any TIDE_* of tide_values to have values of that type alone (others err); 0 for what it gives: its
   * type when that is known from the frame's columns, else VARIANT. TIDE_E_CONFIG, with host->fail called, when it does not
   * parse or its types cannot fit. [control] */
  tide_status (*compile)(void *context, tide_string text, tide_string config_path, uint32_t type, tide_expression **out);
  void (*release)(tide_expression *expression); /* [control] */
  /* Writes the frame rows of the batch for which a condition is true to `rows`, which has room for batch->count. Those for which
   * it errs go to `erring`, of the same room, when that is not NULL; they are none of the others. `count` and `errors` receive
   * how many they are; the host counts errors in the node's books. [worker] */
  tide_status (*filter)(tide_expression *expression, const tide_batch *batch, uint16_t *rows, uint32_t *count, uint16_t *erring,
                        uint32_t *errors);
  /* Evaluates for the selected rows of a batch. `values` and what it points to stay valid until the next call on this
   * expression. [worker] */
  tide_status (*values)(tide_expression *expression, const tide_batch *batch, tide_values *values);
  /* Why a frame row of the batch errs: a sentence, valid until the next call on this expression; empty when it does not.
   * [worker] */
  tide_string (*why)(tide_expression *expression, const tide_batch *batch, uint32_t row);
  /* Counts values of an expression that the operator left out of a result because it cannot take them, such as a text in a sum:
   * the node's books show how many. Call it once a batch, when there are new ones. `why` is a sentence for the log, given with
   * the first of them; an empty one counts alone. [worker] */
  void (*left_out)(tide_expression *expression, uint64_t values, tide_string why);
} tide_expressions;

#ifdef __cplusplus
}
#endif
#endif
