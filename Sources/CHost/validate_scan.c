#include <string.h>

#include "validate.h"
#include "vector.h"

typedef uint16_t codes_vector __attribute__((vector_size(32)));

#define CODES 16u
#define RUNS 4u /* side by side: one alone waits for its own last comparison */

TIDE_INLINE_ uint16_t greatest_code(const uint8_t *codes, uint32_t count) {
  codes_vector highest[RUNS] = {{0}}, next, above;
  uint16_t result = 0;
  uint32_t i = 0;
  for (; i + RUNS * CODES <= count; i += RUNS * CODES)
    for (uint32_t k = 0; k < RUNS; k++) {
      memcpy(&next, codes + 2 * ((size_t)i + CODES * k), sizeof next);
      above = (codes_vector)(next > highest[k]);
      highest[k] = (next & above) | (highest[k] & ~above);
    }
  for (uint32_t k = 1; k < RUNS; k++) {
    above = (codes_vector)(highest[k] > highest[0]);
    highest[0] = (highest[k] & above) | (highest[0] & ~above);
  }
  for (uint32_t k = 0; k < CODES; k++) result = highest[0][k] > result ? highest[0][k] : result;
  for (; i < count; i++) {
    uint16_t code = tide_load_u16_(codes + 2 * (size_t)i);
    result = code > result ? code : result;
  }
  return result;
}

static void range_plain(const int64_t *times, uint32_t count, int64_t *low, int64_t *high) {
  int64_t l[RUNS] = {*low, *low, *low, *low}, h[RUNS] = {*high, *high, *high, *high};
  uint32_t i = 0;
  for (; i + RUNS <= count; i += RUNS)
    for (uint32_t k = 0; k < RUNS; k++) {
      l[k] = times[i + k] < l[k] ? times[i + k] : l[k];
      h[k] = times[i + k] > h[k] ? times[i + k] : h[k];
    }
  for (; i < count; i++) {
    l[0] = times[i] < l[0] ? times[i] : l[0];
    h[0] = times[i] > h[0] ? times[i] : h[0];
  }
  for (uint32_t k = 0; k < RUNS; k++) {
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
  times_vector l[RUNS], h[RUNS], next;
  uint32_t i = 0;
  for (uint32_t k = 0; k < RUNS; k++) {
    l[k] = (times_vector){*low, *low, *low, *low};
    h[k] = (times_vector){*high, *high, *high, *high};
  }
  for (; i + 4 * RUNS <= count; i += 4 * RUNS)
    for (uint32_t k = 0; k < RUNS; k++) {
      memcpy(&next, times + i + 4 * k, sizeof next);
      times_vector below = next < l[k], above = next > h[k];
      l[k] = (next & below) | (l[k] & ~below);
      h[k] = (next & above) | (h[k] & ~above);
    }
  for (uint32_t k = 1; k < RUNS; k++) {
    times_vector below = l[k] < l[0], above = h[k] > h[0];
    l[0] = (l[k] & below) | (l[0] & ~below);
    h[0] = (h[k] & above) | (h[0] & ~above);
  }
  for (uint32_t k = 0; k < 4; k++) {
    *low = l[0][k] < *low ? l[0][k] : *low;
    *high = h[0][k] > *high ? h[0][k] : *high;
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
