/* A ring whose producer takes the oldest entries back when there is no room: the edge of `drop_oldest`.
 *
 * It is a tide_ring whose read index belongs to both sides. Whoever moves it by compare-and-swap owns the entry; the loser never
 * touches what the entry refers to (the overflowing index queue of iceoryx2). The consumer reads the slot before it swaps: by the
 * swap the slot may be written anew, and then the swap fails. Slots are read and written as two words, because such a read races
 * with a write and is thrown away. The index never wraps, so an old value cannot come back.
 *
 * What is queued follows from the read index alone: the producer notes for each slot how much it had pushed before.
 */
#ifndef TIDE_EVICTING_H
#define TIDE_EVICTING_H

#include "tide_ring.h"

/* The slots as pairs of words; a ring of this kind is only accessed through these functions. */
static inline uint64_t *tide_evicting_slot_(const tide_ring *ring, uint64_t index) {
  return (uint64_t *)(void *)ring->entries + (index & ring->mask) * 2;
}
static inline uint64_t *tide_evicting_mark_(const tide_ring *ring, uint64_t index) {
  return ring->marks + (index & ring->mask) * 2;
}
static inline tide_entry tide_evicting_read_(const tide_ring *ring, uint64_t index) {
  const uint64_t *slot = tide_evicting_slot_(ring, index);
  uint64_t ref = tide_load_relaxed(slot), rest = tide_load_relaxed(slot + 1);
  tide_entry entry = {ref, (uint32_t)rest, (uint16_t)(rest >> 32), (uint16_t)(rest >> 48)};
  return entry;
}

/* Appends a descriptor; 0 when the ring is physically full. [producer] */
static inline int tide_evicting_push(tide_ring *ring, tide_entry entry) {
  uint64_t w = ring->w, *slot = tide_evicting_slot_(ring, w), *mark = tide_evicting_mark_(ring, w);
  if (w - tide_load_acquire(&ring->r) > ring->mask) return 0;
  mark[0] = ring->pushed_frames;
  mark[1] = ring->pushed_bytes;
  tide_store_relaxed(slot, entry.ref);
  tide_store_relaxed(slot + 1, entry.len | (uint64_t)entry.kind << 32 | (uint64_t)entry.flags << 48);
  tide_count(&ring->pushed_bytes, entry.len);
  tide_count(&ring->pushed_frames, entry.kind <= TIDE_ENTRY_SELECTION);
  tide_store_release(&ring->w, w + 1);
  return 1;
}

/* Takes the oldest descriptor; 0 when there is none. [consumer] */
static inline int tide_evicting_pop(tide_ring *ring, tide_entry *entry) {
  uint64_t r = tide_load_acquire(&ring->r);
  for (;;) {
    /* The producer may have moved r past what was last seen of w. */
    if ((int64_t)(ring->cached_w - r) <= 0) {
      ring->cached_w = tide_load_acquire(&ring->w);
      if (r == ring->cached_w) return 0;
    }
    *entry = tide_evicting_read_(ring, r);
    if (__atomic_compare_exchange_n(&ring->r, &r, r + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) break;
  }
  tide_count(&ring->popped_bytes, entry->len);
  tide_count(&ring->popped_frames, entry->kind <= TIDE_ENTRY_SELECTION);
  return 1;
}

/* Takes the oldest descriptor back; 0 when there is none, or the consumer was faster: look again at what is queued. [producer] */
static inline int tide_evicting_evict(tide_ring *ring, tide_entry *entry) {
  uint64_t r = tide_load_acquire(&ring->r);
  if (r == ring->w) return 0;
  *entry = tide_evicting_read_(ring, r);
  return __atomic_compare_exchange_n(&ring->r, &r, r + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Entries, frames and bytes that are queued. [producer] */
static inline tide_ring_level tide_evicting_level(const tide_ring *ring) {
  uint64_t r = tide_load_acquire(&ring->r), w = ring->w;
  const uint64_t *mark = tide_evicting_mark_(ring, r);
  tide_ring_level level = {w - r, 0, 0};
  if (r != w) {
    level.frames = ring->pushed_frames - mark[0];
    level.bytes = ring->pushed_bytes - mark[1];
  }
  return level;
}

#endif
