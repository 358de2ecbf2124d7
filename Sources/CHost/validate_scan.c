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

/* How far the times lie before `high` is below 2^32 when the upper halves are zero; then the lower ones alone are compared. */
__attribute__((target("avx2"))) static int is_range_avx2(const int64_t *times, uint32_t count, int64_t low, int64_t high) {
  typedef uint64_t spans __attribute__((vector_size(32)));
  typedef uint32_t halves __attribute__((vector_size(32)));
  halves least[RUNS], most[RUNS], next, differs;
  spans end = {(uint64_t)high, (uint64_t)high, (uint64_t)high, (uint64_t)high}, time;
  uint32_t i = 0, nearest = ~0u, upper = 0;
  uint64_t furthest = 0, span;
  for (uint32_t k = 0; k < RUNS; k++) {
    least[k] = ~(halves){0};
    most[k] = (halves){0};
  }
  for (; i + 4 * RUNS <= count; i += 4 * RUNS)
    for (uint32_t k = 0; k < RUNS; k++) {
      memcpy(&time, times + i + 4 * k, sizeof time);
      next = (halves)(end - time);
      differs = (halves)(next < least[k]);
      least[k] = (next & differs) | (least[k] & ~differs);
      differs = (halves)(next > most[k]);
      most[k] = (next & differs) | (most[k] & ~differs);
    }
  for (uint32_t k = 1; k < RUNS; k++) {
    differs = (halves)(least[k] < least[0]);
    least[0] = (least[k] & differs) | (least[0] & ~differs);
    differs = (halves)(most[k] > most[0]);
    most[0] = (most[k] & differs) | (most[0] & ~differs);
  }
  for (uint32_t lane = 0; lane < 8; lane += 2) {
    nearest = least[0][lane] < nearest ? least[0][lane] : nearest;
    furthest = most[0][lane] > furthest ? most[0][lane] : furthest;
    upper |= most[0][lane + 1];
  }
  for (; i < count; i++) {
    span = (uint64_t)high - (uint64_t)times[i];
    upper |= (uint32_t)(span >> 32);
    nearest = (uint32_t)span < nearest ? (uint32_t)span : nearest;
    furthest = (uint32_t)span > furthest ? (uint32_t)span : furthest;
  }
  return upper == 0 && nearest == 0 && furthest == (uint64_t)high - (uint64_t)low;
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

int tide_is_time_range_(const int64_t *times, uint32_t count, int64_t low, int64_t high) {
  int64_t least = times[0], most = times[0];
#if defined(__x86_64__)
  if (low <= high && (uint64_t)high - (uint64_t)low <= UINT32_MAX && tide_has_avx2_())
    return is_range_avx2(times, count, low, high);
#endif
  tide_time_range_(times, count, &least, &most);
  return least == low && most == high;
}
