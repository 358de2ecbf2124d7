/* The yardstick: windows of 10 s by key as a loop for this one job, over columns. Keys in an open-addressing table, sums
 * compensated (Neumaier 1974), a watermark that every event moves, results of a closed window in an array. */
#ifndef TIDEMILL_BENCHMARKS_LOOP_H
#define TIDEMILL_BENCHMARKS_LOOP_H

#include <math.h>
#include <string.h>

#include "events.h"

typedef struct {
  int64_t count;
  double sum, rest, least, greatest;
} cell;

typedef struct {
  int64_t start;
  uint32_t key;
  int64_t count;
  double sum, mean, least, greatest;
} result;

enum { OPEN_WINDOWS = 4 };

typedef struct {
  uint32_t *slots, mask, keys, capacity;
  const char **names;
  uint32_t *lengths;
  uint64_t *hashes;
  cell *cells[OPEN_WINDOWS];
  int64_t next, greatest; /* number of the next window to close; greatest time */
  result *results;
  uint64_t rows;
  double check;
} loop;

static inline uint64_t load_word(const char *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}
static inline uint64_t fold(uint64_t a, uint64_t b) {
  __extension__ unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)(product >> 64) ^ (uint64_t)product;
}
static inline uint64_t hash_key(const char *key, uint32_t length) {
  uint64_t h = length;
  uint32_t at = 0;
  char rest[8] = {0};
  for (; length - at > 8; at += 8) h = fold(h ^ load_word(key + at), 0x9E3779B97F4A7C15ull);
  if (length >= 8) return fold(h ^ load_word(key + length - 8), 0xE7037ED1A0B428DBull);
  memcpy(rest, key, length);
  return fold(h ^ load_word(rest), 0xE7037ED1A0B428DBull);
}

static inline loop loop_new(uint32_t keys) {
  loop l;
  memset(&l, 0, sizeof l);
  l.capacity = keys;
  for (l.mask = 1; l.mask < 2 * keys; l.mask *= 2) {}
  l.slots = calloc(l.mask, 4);
  l.mask--;
  l.names = calloc(keys, sizeof *l.names);
  l.lengths = calloc(keys, 4);
  l.hashes = calloc(keys, 8);
  for (int w = 0; w < OPEN_WINDOWS; w++) l.cells[w] = calloc(keys, sizeof(cell));
  l.results = calloc(keys, sizeof(result));
  l.greatest = INT64_MIN;
  return l;
}

static inline void loop_free(loop *l) {
  free(l->slots);
  free(l->names);
  free(l->lengths);
  free(l->hashes);
  for (int w = 0; w < OPEN_WINDOWS; w++) free(l->cells[w]);
  free(l->results);
}

static void close_window(loop *l, int64_t window) {
  cell *cells = l->cells[window & (OPEN_WINDOWS - 1)];
  uint64_t rows = 0;
  for (uint32_t key = 0; key < l->keys; key++) {
    const cell *c = cells + key;
    if (c->count == 0) continue;
    double sum = c->sum + c->rest;
    l->results[rows++] = (result){window * WINDOW_NS, key, c->count, sum, sum / (double)c->count, c->least, c->greatest};
    l->check += sum;
  }
  memset(cells, 0, l->keys * sizeof *cells);
  l->rows += rows;
}

static inline uint32_t find_key(loop *l, const char *key, uint32_t length) {
  uint64_t hash = hash_key(key, length);
  uint32_t slot = (uint32_t)hash & l->mask;
  for (; l->slots[slot]; slot = (slot + 1) & l->mask) {
    uint32_t found = l->slots[slot] - 1;
    if (l->hashes[found] == hash && l->lengths[found] == length && memcmp(l->names[found], key, length) == 0) return found;
  }
  l->names[l->keys] = key;
  l->lengths[l->keys] = length;
  l->hashes[l->keys] = hash;
  l->slots[slot] = ++l->keys;
  return l->keys - 1;
}

static inline void loop_rows(loop *l, const events *e, uint64_t from, uint64_t to) {
  for (uint64_t i = from; i < to; i++) {
    int64_t time = e->times[i], window = time / WINDOW_NS;
    double value = e->values[i];
    uint32_t key = find_key(l, e->heap + e->starts[i], e->starts[i + 1] - e->starts[i]);
    cell *c = l->cells[window & (OPEN_WINDOWS - 1)] + key;
    double sum = c->sum + value;
    c->rest += fabs(c->sum) >= fabs(value) ? (c->sum - sum) + value : (value - sum) + c->sum;
    c->sum = sum;
    c->least = c->count == 0 || value < c->least ? value : c->least;
    c->greatest = c->count == 0 || value > c->greatest ? value : c->greatest;
    c->count++;
    if (time > l->greatest) {
      if (l->greatest == INT64_MIN) l->next = (time - DELAY_NS) / WINDOW_NS;
      l->greatest = time;
      while ((l->next + 1) * WINDOW_NS <= time - DELAY_NS) close_window(l, l->next++);
    }
  }
}

static inline void loop_end(loop *l) {
  while (l->next * WINDOW_NS <= l->greatest) close_window(l, l->next++);
}

#endif
