/* Events in memory, for the window and for the loop that it is measured against: the same columns. */
#ifndef TIDEMILL_BENCHMARKS_EVENTS_H
#define TIDEMILL_BENCHMARKS_EVENTS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAME_ROWS 1024u
#define WINDOW_NS 10000000000ll
#define DELAY_NS 2000000000ll

typedef struct {
  uint64_t count;   /* a multiple of FRAME_ROWS */
  int64_t *times;   /* ns */
  double *values;
  uint32_t *starts; /* of each key in `heap`, count + 1 of them */
  char *heap;
} events;

static inline uint64_t next_random(uint64_t *state) { /* xorshift64* (Vigna 2016) */
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545F4914F6CDD1Dull;
}

/* Readings of `keys` sensors, `step` ns apart; each fifth comes up to two seconds late, but never behind the watermark. */
static inline events make_events(uint64_t count, uint32_t keys, int64_t step) {
  uint64_t state = 0x9E3779B97F4A7C15ull, i;
  events made = {count, malloc(8 * count), malloc(8 * count), malloc(4 * (count + 1)), malloc(16 * count)};
  uint32_t at = 0;
  for (i = 0; i < count; i++) {
    uint64_t one = next_random(&state), two = next_random(&state);
    int64_t late = (int64_t)((one >> 32) % ((one & 0xFF) < 51 ? 2000u : 50u)) * 1000000;
    made.times[i] = 1700000000000000000ll + (int64_t)i * step - late;
    made.values[i] = (double)((two >> 16) % 10000) / 100;
    made.starts[i] = at;
    at += (uint32_t)sprintf(made.heap + at, "sensor_%05u", (unsigned)((two >> 40) % keys));
  }
  made.starts[count] = at;
  return made;
}

static inline void free_events(events *made) {
  free(made->times);
  free(made->values);
  free(made->starts);
  free(made->heap);
}

#endif
