/* Latencies in nanoseconds, in the layout of HdrHistogram (G. Tene, https://hdrhistogram.github.io/HdrHistogram) with three
 * significant digits: 2048 counters for the values below 2048, one each, then 1024 for every doubling, each of them for the
 * 2^k values that share their first eleven bits. So a value is told to a thousandth, whatever its size, and recording one
 * takes no search and no memory.
 */
#ifndef TIDEMILL_BENCHMARKS_HISTOGRAM_H
#define TIDEMILL_BENCHMARKS_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HISTOGRAM_HALF 1024u    /* counters of one doubling */
#define HISTOGRAM_DOUBLINGS 31u /* values below 2^42 ns, an hour and more; greater ones count as the greatest */
#define HISTOGRAM_COUNTERS ((HISTOGRAM_DOUBLINGS + 2u) * HISTOGRAM_HALF)

typedef struct histogram {
  uint64_t total, greatest;
  uint64_t counts[HISTOGRAM_COUNTERS];
} histogram;

static inline uint32_t histogram_place_(uint64_t value) {
  uint32_t shift = 53u - (uint32_t)__builtin_clzll(value | (2u * HISTOGRAM_HALF - 1u));
  return shift * HISTOGRAM_HALF + (uint32_t)(value >> shift);
}

/* Counts a value; one below zero, which a clock that was set back gives, as zero. */
static inline void histogram_record(histogram *h, int64_t nanoseconds) {
  uint64_t value = nanoseconds < 0 ? 0u : (uint64_t)nanoseconds;
  uint32_t place = value >> (HISTOGRAM_DOUBLINGS + 11u) ? HISTOGRAM_COUNTERS - 1u : histogram_place_(value);
  if (value > h->greatest) h->greatest = value;
  h->counts[place]++;
  h->total++;
}

/* The greatest value that counts as the same as that at the percentile, but not beyond the greatest recorded; 0 when nothing was. */
static inline uint64_t histogram_at(const histogram *h, double percentile) {
  uint64_t wanted = (uint64_t)(percentile / 100 * (double)h->total + 0.5), seen = 0;
  uint32_t place;
  if (wanted < 1) wanted = 1;
  for (place = 0; place < HISTOGRAM_COUNTERS; place++) {
    seen += h->counts[place];
    if (seen >= wanted) {
      uint32_t shift = place < 2u * HISTOGRAM_HALF ? 0u : place / HISTOGRAM_HALF - 1u;
      uint64_t first = (uint64_t)(place - shift * HISTOGRAM_HALF) << shift, last = first + (1ull << shift) - 1u;
      return last < h->greatest ? last : h->greatest;
    }
  }
  return 0;
}

/* One line: values, values a second, and in microseconds p50, p99, p99.9 and the greatest. 0 when it could be written. */
static inline int histogram_report(const histogram *h, double seconds, FILE *file) {
  return fprintf(file, "%llu %.0f %.3f %.3f %.3f %.3f\n", (unsigned long long)h->total,
                 seconds > 0 ? (double)h->total / seconds : 0.0, (double)histogram_at(h, 50) * 1e-3,
                 (double)histogram_at(h, 99) * 1e-3, (double)histogram_at(h, 99.9) * 1e-3, (double)h->greatest * 1e-3) < 0;
}

#endif
