/* When events are due: number i at start + i / rate, whatever became of those before it. Who sends them late does not move the
 * others, so that waiting counts as latency ("coordinated omission" is leaving it out). */
#ifndef TIDEMILL_BENCHMARKS_SCHEDULE_H
#define TIDEMILL_BENCHMARKS_SCHEDULE_H

#include <stdint.h>

/* From the moment of opening to the first event, so that all threads are there by then. */
#define SCHEDULE_LEAD_NS 50000000

typedef struct schedule {
  int64_t start;
  double interval_ns;
} schedule;

static inline schedule schedule_from(int64_t now, double rate) {
  schedule s;
  s.start = now + SCHEDULE_LEAD_NS;
  s.interval_ns = 1e9 / rate;
  return s;
}

static inline int64_t schedule_due(const schedule *s, int64_t event) {
  return s->start + (int64_t)((double)event * s->interval_ns);
}

#endif
