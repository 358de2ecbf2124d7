/* Which rows a sample keeps: those whose id or key hashes below a threshold. The same id or key meets the same fate on every edge,
 * so that samples of one stream nest. */
#ifndef TIDE_SAMPLE_H
#define TIDE_SAMPLE_H

#include "tidemill/frame.h"

/* Apart from the hash that deals keys to groups, or a sample would keep some groups and leave out others. */
#define TIDE_SAMPLE_SEED_ 0x73616D706C65ull

/* Hash of the first of two columns that has a value in the row; of the row's place in its stream where neither has one. */
static inline uint64_t tide_sample_hash_(const tide_frame *f, int32_t first, int32_t second, uint32_t row) {
  int32_t column = tide_valid(f, first, row) ? first : second;
  uint8_t bytes[18]; /* of any number */
  uint64_t place[2];
  uint8_t type;
  if (tide_valid(f, column, row)) {
    type = (uint8_t)tide_type(f, column);
    if (type == TIDE_UTF8 || type == TIDE_BINARY || type == TIDE_FIXED) {
      tide_string text = tide_bytes(f, column, row);
      return tide_xxh64(text.data, text.length, TIDE_SAMPLE_SEED_);
    }
    return tide_xxh64(bytes, tide_key_bytes(f, column, row, bytes, sizeof bytes), TIDE_SAMPLE_SEED_);
  }
  place[0] = f->seq;
  place[1] = (uint64_t)f->stream << 32 | row;
  return tide_xxh64(place, sizeof place, TIDE_SAMPLE_SEED_);
}

/* Keeps the rows whose hash is below `threshold` of 2^32, of `count` selected ones or the first `count`. Writes their numbers,
 * ascending, to `into`, which has room for all, and returns how many they are. */
static inline uint32_t tide_sample(const tide_frame *f, const uint16_t *selection, uint32_t count, int32_t first, int32_t second,
                                   uint32_t threshold, uint16_t *into) {
  uint32_t k, kept = 0;
  for (k = 0; k < count; k++) {
    uint32_t row = selection ? selection[k] : k;
    into[kept] = (uint16_t)row;
    kept += (tide_sample_hash_(f, first, second, row) >> 32) < threshold;
  }
  return kept;
}

#endif
