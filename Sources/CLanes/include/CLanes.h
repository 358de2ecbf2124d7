/* Which lane each row of a batch belongs to, by the key group of its key. Not part of the contract. */
#ifndef TIDEMILL_CLANES_H
#define TIDEMILL_CLANES_H

#include <tidemill/frame.h>
#include <tidemill/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What rows are dealt by, and memory for a batch of up to 65,536 rows; all of it the caller's. */
typedef struct tide_dealer {
  const int32_t *columns;        /* of the key, in order; -1 = a column that is null in every row; none: all rows have one key */
  uint32_t column_count;
  uint32_t lanes;                /* 1 ... TIDE_KEY_GROUPS */
  const uint8_t *lane_of_group;  /* TIDE_KEY_GROUPS entries */
  uint8_t *lane_of_code;         /* 65,536 */
  uint8_t *lane_of_row;          /* 65,536 */
  uint16_t *rows;                /* 65,536: the rows, lane after lane, ascending within each */
  uint8_t *key;                  /* for the key bytes of a row */
  uint64_t key_capacity;
} tide_dealer;

/* Deals `count` rows: those of `selection`, or the first ones without. `starts` gets lanes + 1 entries: rows[starts[i]] to before
 * rows[starts[i + 1]] are lane i's. Returns 0, or how many bytes `key` has to have; then nothing is dealt. */
uint64_t tide_deal(const tide_dealer *dealer, const tide_frame *frame, const uint16_t *selection, uint32_t count, uint32_t *starts);

#ifdef __cplusplus
}
#endif
#endif
