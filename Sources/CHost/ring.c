#include "tide_ring.h"

#include <stdlib.h>
#include <string.h>

tide_ring *tide_ring_create(uint64_t slots, uint64_t credit_frames, uint64_t credit_bytes, int evicting) {
  uint64_t size = 2;
  tide_ring *ring;
  while (size < slots) size *= 2;
  ring = aligned_alloc(128, sizeof *ring);
  if (!ring) return NULL;
  memset(ring, 0, sizeof *ring);
  ring->entries = aligned_alloc(128, size * sizeof *ring->entries < 128 ? 128 : size * sizeof *ring->entries);
  ring->marks = evicting ? calloc(size, 2 * sizeof *ring->marks) : NULL;
  if (!ring->entries || (evicting && !ring->marks)) {
    tide_ring_destroy(ring);
    return NULL;
  }
  memset(ring->entries, 0, size * sizeof *ring->entries);
  ring->mask = size - 1;
  ring->credit_frames = credit_frames;
  ring->credit_bytes = credit_bytes;
  return ring;
}

void tide_ring_destroy(tide_ring *ring) {
  if (!ring) return;
  free(ring->marks);
  free(ring->entries);
  free(ring);
}
