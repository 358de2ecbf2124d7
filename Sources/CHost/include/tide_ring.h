/* One edge between two threads: a ring of 16-byte descriptors with one producer and one consumer.
 *
 * Each side caches the other's index, so an uncontended push or pop touches no line of the other side (the scheme of E. Rigtorp's
 * SPSCQueue). Capacity is a credit in frames and in bytes that the producer computes from counters which the consumer
 * publishes; the physical ring is larger, for the overdraft of a call in progress and for control entries. The edges that take
 * their oldest entries back are in tide_evicting.h.
 */
#ifndef TIDE_RING_H
#define TIDE_RING_H

#include <stdint.h>

#include "tide_atomic.h"

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

/* What a descriptor stands for. */
#define TIDE_ENTRY_FRAME 0     /* ref: tide_block*, the whole frame */
#define TIDE_ENTRY_SELECTION 1 /* ref: tide_kept*, a frame with a selection */
#define TIDE_ENTRY_WATERMARK 2 /* ref: the watermark */
#define TIDE_ENTRY_IDLE 3
#define TIDE_ENTRY_END 4
/* Flags of a frame. */
#define TIDE_ENTRY_ALONE 1 /* its tide_passed.alone */

typedef struct tide_entry {
  uint64_t ref;
  uint32_t len; /* bytes charged to the edge's credit */
  uint16_t kind;
  uint16_t flags;
} tide_entry;

/* What is queued. */
typedef struct tide_ring_level {
  uint64_t entries, frames, bytes;
} tide_ring_level;

typedef struct tide_ring {
  /* producer's line */
  uint64_t w;
  uint64_t cached_r;
  uint64_t pushed_bytes;
  uint64_t pushed_frames;
  uint8_t pad0[96];
  /* consumer's line */
  uint64_t r;
  uint64_t cached_w;
  uint64_t popped_bytes;
  uint64_t popped_frames;
  uint8_t pad1[96];
  /* constant, but for the credits, which only the producer uses */
  uint64_t mask;
  uint64_t credit_frames;
  uint64_t credit_bytes;
  tide_entry *entries;
  uint64_t *marks; /* of an evicting ring: frames and bytes pushed before each slot; the producer's */
  uint8_t pad2[88];
} tide_ring;

/* A ring of at least `slots` descriptors, NULL when memory is out. */
tide_ring *tide_ring_create(uint64_t slots, uint64_t credit_frames, uint64_t credit_bytes, int evicting);
void tide_ring_destroy(tide_ring *ring);

/* Appends a descriptor; 0 when the ring is physically full. [producer] */
static inline int tide_ring_push(tide_ring *ring, tide_entry entry) {
  uint64_t w = ring->w;
  if (w - ring->cached_r > ring->mask) {
    ring->cached_r = tide_load_acquire(&ring->r);
    if (w - ring->cached_r > ring->mask) return 0;
  }
  ring->entries[w & ring->mask] = entry;
  tide_count(&ring->pushed_bytes, entry.len);
  tide_count(&ring->pushed_frames, entry.kind <= TIDE_ENTRY_SELECTION);
  tide_store_release(&ring->w, w + 1);
  return 1;
}

/* Takes the oldest descriptor; 0 when there is none. Its credit returns with it. [consumer] */
static inline int tide_ring_pop(tide_ring *ring, tide_entry *entry) {
  uint64_t r = ring->r;
  if (r == ring->cached_w) {
    ring->cached_w = tide_load_acquire(&ring->w);
    if (r == ring->cached_w) return 0;
  }
  *entry = ring->entries[r & ring->mask];
  tide_count(&ring->popped_bytes, entry->len);
  tide_count(&ring->popped_frames, entry->kind <= TIDE_ENTRY_SELECTION);
  tide_store_release(&ring->r, r + 1);
  return 1;
}

/* 1 when nothing is queued, read afresh. [consumer] */
static inline int tide_ring_empty(tide_ring *ring) { return tide_load_relaxed(&ring->r) == tide_load_acquire(&ring->w); }

/* 1 when the producer may push within the credit. Any one frame passes an edge without frames, however large it is; control
 * entries stay within as many slots again. [producer] */
static inline int tide_ring_has_credit(tide_ring *ring) {
  uint64_t entries = ring->w - tide_load_acquire(&ring->r);
  uint64_t frames = ring->pushed_frames - tide_load_relaxed(&ring->popped_frames);
  uint64_t bytes = ring->pushed_bytes - tide_load_relaxed(&ring->popped_bytes);
  if (frames == 0) return entries <= ring->credit_frames;
  return frames < ring->credit_frames && bytes < ring->credit_bytes && entries <= 2 * ring->credit_frames;
}

/* What is queued, as far as the consumer has said. [producer] */
static inline tide_ring_level tide_ring_queued_level(const tide_ring *ring) {
  tide_ring_level level;
  level.entries = ring->w - tide_load_acquire(&ring->r);
  level.frames = ring->pushed_frames - tide_load_relaxed(&ring->popped_frames);
  level.bytes = ring->pushed_bytes - tide_load_relaxed(&ring->popped_bytes);
  return level;
}

/* 1 when control entries may be pushed: a watermark and idleness, behind which a last watermark and the end find room. [producer] */
static inline int tide_ring_has_room(const tide_ring *ring, tide_ring_level level) { return level.entries + 4 <= ring->mask + 1; }

/* 1 when a frame of `len` bytes stays within the credit and the given overdraft of frames and bytes, or is alone, and leaves room
 * for a watermark before it and for a last watermark and the end. [producer] */
static inline int tide_ring_fits(const tide_ring *ring, tide_ring_level level, uint64_t len, uint64_t frames, uint64_t bytes) {
  return tide_ring_has_room(ring, level) && level.frames < ring->credit_frames + frames &&
         (level.frames == 0 || level.bytes + len <= ring->credit_bytes + bytes);
}

static inline uint64_t tide_ring_queued(const tide_ring *ring) {
  return tide_load_acquire(&ring->w) - tide_load_acquire(&ring->r);
}

#pragma GCC visibility pop

#endif
