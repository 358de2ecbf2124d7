#include <string.h>

#include "validate.h"
#include "vector.h"

typedef uint16_t codes_vector __attribute__((vector_size(32)));

#define CODES 16u

TIDE_INLINE_ uint16_t greatest_code(const uint8_t *codes, uint32_t count) {
  codes_vector highest = {0}, next;
  uint16_t result = 0;
  uint32_t i = 0;
  for (; i + CODES <= count; i += CODES) {
    memcpy(&next, codes + 2 * (size_t)i, sizeof next);
    codes_vector above = (codes_vector)(next > highest);
    highest = (next & above) | (highest & ~above);
  }
  for (uint32_t k = 0; k < CODES; k++) result = highest[k] > result ? highest[k] : result;
  for (; i < count; i++) {
    uint16_t code = tide_load_u16_(codes + 2 * (size_t)i);
    result = code > result ? code : result;
  }
  return result;
}

/* Four runs side by side: one alone waits for its own last comparison. */
static void range_plain(const int64_t *times, uint32_t count, int64_t *low, int64_t *high) {
  int64_t l[4] = {*low, *low, *low, *low}, h[4] = {*high, *high, *high, *high};
  uint32_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (uint32_t k = 0; k < 4; k++) {
      l[k] = times[i + k] < l[k] ? times[i + k] : l[k];
      h[k] = times[i + k] > h[k] ? times[i + k] : h[k];
    }
  for (; i < count; i++) {
    l[0] = times[i] < l[0] ? times[i] : l[0];
    h[0] = times[i] > h[0] ? times[i] : h[0];
  }
  for (uint32_t k = 0; k < 4; k++) {
    *low = l[k] < *low ? l[k] : *low;
    *high = h[k] > *high ? h[k] : *high;
  }
}

#if defined(__x86_64__)
typedef int64_t times_vector __attribute__((vector_size(32)));

__attribute__((target("avx2"))) static uint16_t greatest_code_avx2(const uint8_t *codes, uint32_t count) {
  return greatest_code(codes, count);
}

__attribute__((target("avx2"))) static void range_avx2(const int64_t *times, uint32_t count, int64_t *low, int64_t *high) {
  times_vector l = {*low, *low, *low, *low}, h = {*high, *high, *high, *high}, next;
  uint32_t i = 0;
  for (; i + 4 <= count; i += 4) {
    memcpy(&next, times + i, sizeof next);
    times_vector below = next < l, above = next > h;
    l = (next & below) | (l & ~below);
    h = (next & above) | (h & ~above);
  }
  for (uint32_t k = 0; k < 4; k++) {
    *low = l[k] < *low ? l[k] : *low;
    *high = h[k] > *high ? h[k] : *high;
  }
  range_plain(times + i, count - i, low, high);
}
#endif

uint16_t tide_greatest_code_(const uint8_t *codes, uint32_t count) {
#if defined(__x86_64__)
  if (tide_has_avx2_()) return greatest_code_avx2(codes, count);
#endif
  return greatest_code(codes, count);
}

void tide_time_range_(const int64_t *times, uint32_t count, int64_t *low, int64_t *high) {
#if defined(__x86_64__)
  if (tide_has_avx2_()) {
    range_avx2(times, count, low, high);
    return;
  }
#endif
  range_plain(times, count, low, high);
}
