/* The hash that keys and schemas are told apart by. Plugins include frame.h. */
#ifndef TIDEMILL_HASH_H
#define TIDEMILL_HASH_H

#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_XXH_P1_ 0x9E3779B185EBCA87ull
#define TIDE_XXH_P2_ 0xC2B2AE3D27D4EB4Full
#define TIDE_XXH_P3_ 0x165667B19E3779F9ull
#define TIDE_XXH_P4_ 0x85EBCA77C2B2AE63ull
#define TIDE_XXH_P5_ 0x27D4EB2F165667C5ull

static inline uint64_t tide_rotl_(uint64_t x, int r) { return (x << r) | (x >> (64 - r)); }
static inline uint64_t tide_load_u64_(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}
static inline uint64_t tide_xxh_round_(uint64_t acc, uint64_t lane) {
  return tide_rotl_(acc + lane * TIDE_XXH_P2_, 31) * TIDE_XXH_P1_;
}
static inline uint64_t tide_xxh_merge_(uint64_t acc, uint64_t v) {
  return (acc ^ tide_xxh_round_(0, v)) * TIDE_XXH_P1_ + TIDE_XXH_P4_;
}

/* XXH64 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md). */
static inline uint64_t tide_xxh64(const void *bytes, uint64_t length, uint64_t seed) {
  const uint8_t *p = (const uint8_t *)bytes, *end = p + length;
  uint64_t h;
  if (length >= 32) {
    uint64_t a = seed + TIDE_XXH_P1_ + TIDE_XXH_P2_, b = seed + TIDE_XXH_P2_, c = seed, d = seed - TIDE_XXH_P1_;
    for (; end - p >= 32; p += 32) {
      a = tide_xxh_round_(a, tide_load_u64_(p));
      b = tide_xxh_round_(b, tide_load_u64_(p + 8));
      c = tide_xxh_round_(c, tide_load_u64_(p + 16));
      d = tide_xxh_round_(d, tide_load_u64_(p + 24));
    }
    h = tide_rotl_(a, 1) + tide_rotl_(b, 7) + tide_rotl_(c, 12) + tide_rotl_(d, 18);
    h = tide_xxh_merge_(tide_xxh_merge_(tide_xxh_merge_(tide_xxh_merge_(h, a), b), c), d);
  } else {
    h = seed + TIDE_XXH_P5_;
  }
  h += length;
  for (; end - p >= 8; p += 8) h = tide_rotl_(h ^ tide_xxh_round_(0, tide_load_u64_(p)), 27) * TIDE_XXH_P1_ + TIDE_XXH_P4_;
  if (end - p >= 4) {
    uint32_t w;
    memcpy(&w, p, 4);
    h = tide_rotl_(h ^ w * TIDE_XXH_P1_, 23) * TIDE_XXH_P2_ + TIDE_XXH_P3_;
    p += 4;
  }
  for (; p < end; p++) h = tide_rotl_(h ^ *p * TIDE_XXH_P5_, 11) * TIDE_XXH_P1_;
  h = (h ^ (h >> 33)) * TIDE_XXH_P2_;
  h = (h ^ (h >> 29)) * TIDE_XXH_P3_;
  return h ^ (h >> 32);
}

#ifdef __cplusplus
}
#endif
#endif
