#include "tide_schema.h"

/* XXH64 of a text that comes in pieces: full blocks of 32 bytes are consumed, the rest waits in `tail`. */
typedef struct hash {
  uint64_t lanes[4];
  uint64_t length;
  uint8_t tail[32];
  uint32_t waiting;
} hash;

static void hash_block(hash *h, const uint8_t *block) {
  for (int i = 0; i < 4; i++) h->lanes[i] = tide_xxh_round_(h->lanes[i], tide_load_u64_(block + 8 * i));
}

static void hash_add(hash *h, const uint8_t *bytes, uint32_t length) {
  h->length += length;
  while (length > 0) {
    uint32_t piece = 32 - h->waiting < length ? 32 - h->waiting : length;
    memcpy(h->tail + h->waiting, bytes, piece);
    h->waiting += piece;
    bytes += piece;
    length -= piece;
    if (h->waiting == 32) {
      hash_block(h, h->tail);
      h->waiting = 0;
    }
  }
}

static uint64_t hash_end(const hash *h) {
  const uint8_t *p = h->tail, *end = p + h->waiting;
  uint64_t x = h->lanes[2] + TIDE_XXH_P5_; /* lane 2 starts as the seed */
  if (h->length >= 32) {
    x = tide_rotl_(h->lanes[0], 1) + tide_rotl_(h->lanes[1], 7) + tide_rotl_(h->lanes[2], 12) + tide_rotl_(h->lanes[3], 18);
    for (int i = 0; i < 4; i++) x = tide_xxh_merge_(x, h->lanes[i]);
  }
  x += h->length;
  for (; end - p >= 8; p += 8) x = tide_rotl_(x ^ tide_xxh_round_(0, tide_load_u64_(p)), 27) * TIDE_XXH_P1_ + TIDE_XXH_P4_;
  if (end - p >= 4) {
    uint32_t half;
    memcpy(&half, p, 4);
    x = tide_rotl_(x ^ half * TIDE_XXH_P1_, 23) * TIDE_XXH_P2_ + TIDE_XXH_P3_;
    p += 4;
  }
  for (; p < end; p++) x = tide_rotl_(x ^ *p * TIDE_XXH_P5_, 11) * TIDE_XXH_P1_;
  x = (x ^ (x >> 33)) * TIDE_XXH_P2_;
  x = (x ^ (x >> 29)) * TIDE_XXH_P3_;
  return x ^ (x >> 32);
}

uint64_t tide_schema_id(const tide_frame *frame) {
  hash h = {.lanes = {TIDE_XXH_P1_ + TIDE_XXH_P2_, TIDE_XXH_P2_, 0, 0 - TIDE_XXH_P1_}};
  for (int32_t c = 0; c < (int32_t)frame->top; c++) {
    const tide_column *d = tide_col(frame, c);
    uint8_t head[7] = {d->role, d->type, (uint8_t)d->param, (uint8_t)(d->param >> 8), d->flags & TIDE_NULLABLE ? 1 : 0,
                       (uint8_t)d->name_len, (uint8_t)(d->name_len >> 8)};
    hash_add(&h, head, sizeof head);
    hash_add(&h, tide_at(frame, d->name), d->name_len);
  }
  return hash_end(&h);
}
