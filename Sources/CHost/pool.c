#include "tide_pool.h"

#include <stdlib.h>
#include <string.h>

struct tide_pool {
  /* owner's */
  tide_block *head[TIDE_POOL_CLASSES], *tail[TIDE_POOL_CLASSES];
  uint64_t free_bytes, keep_bytes;
  int fifo;
  uint8_t pad0[128];
  /* shared */
  tide_block *returned;
  uint64_t held_bytes;
  uint32_t refs; /* the owner, and one per block in use */
};

static const uint64_t class_bytes[TIDE_POOL_CLASSES] = {4096, 16384, 65536, 262144, 1048576};

tide_pool *tide_pool_create(int fifo, uint64_t keep_bytes) {
  tide_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  pool->fifo = fifo;
  pool->keep_bytes = keep_bytes;
  pool->refs = 1;
  return pool;
}

static void hold(tide_pool *pool, int64_t bytes) { __atomic_fetch_add(&pool->held_bytes, (uint64_t)bytes, __ATOMIC_RELAXED); }

static void discard(tide_pool *pool, tide_block *block) {
  hold(pool, -(int64_t)block->capacity);
  free(block);
}

static void drop_pool(tide_pool *pool) {
  tide_block *block;
  uint32_t k;
  if (__atomic_fetch_sub(&pool->refs, 1, __ATOMIC_ACQ_REL) != 1) return;
  for (k = 0; k < TIDE_POOL_CLASSES; k++)
    while ((block = pool->head[k])) {
      pool->head[k] = block->next;
      free(block);
    }
  for (block = pool->returned; block;) {
    tide_block *next = block->next;
    free(block);
    block = next;
  }
  free(pool);
}

static void put(tide_pool *pool, tide_block *block) {
  uint32_t k = block->size_class;
  if (k == TIDE_POOL_CLASSES || pool->free_bytes + block->capacity > pool->keep_bytes) {
    discard(pool, block);
    return;
  }
  pool->free_bytes += block->capacity;
  if (pool->fifo) {
    block->next = NULL;
    if (pool->tail[k])
      pool->tail[k]->next = block;
    else
      pool->head[k] = block;
    pool->tail[k] = block;
  } else {
    block->next = pool->head[k];
    pool->head[k] = block;
    if (!pool->tail[k]) pool->tail[k] = block;
  }
}

/* Takes the return stack whole. It comes newest first; reversed, the oldest return is reused first. */
static void collect(tide_pool *pool) {
  tide_block *block = __atomic_exchange_n(&pool->returned, NULL, __ATOMIC_ACQUIRE), *oldest = NULL;
  while (block) {
    tide_block *next = block->next;
    block->next = oldest;
    oldest = block;
    block = next;
  }
  while (oldest) {
    tide_block *next = oldest->next;
    put(pool, oldest);
    oldest = next;
  }
}

tide_block *tide_pool_take(tide_pool *pool, uint64_t bytes) {
  tide_block *block;
  uint32_t k = 0;
  while (k < TIDE_POOL_CLASSES && class_bytes[k] < bytes) k++;
  if (__atomic_load_n(&pool->returned, __ATOMIC_RELAXED)) collect(pool);
  if (k < TIDE_POOL_CLASSES && (block = pool->head[k])) {
    pool->head[k] = block->next;
    if (!pool->head[k]) pool->tail[k] = NULL;
    pool->free_bytes -= block->capacity;
  } else {
    uint64_t capacity = k < TIDE_POOL_CLASSES ? class_bytes[k] : (bytes + 63) & ~(uint64_t)63;
    block = aligned_alloc(64, sizeof *block + capacity);
    if (!block) return NULL;
    memset(block, 0, sizeof *block);
    block->pool = pool;
    block->capacity = capacity;
    block->size_class = k;
    hold(pool, (int64_t)capacity);
  }
  block->next = NULL;
  __atomic_store_n(&block->refs, 1u, __ATOMIC_RELAXED);
  __atomic_fetch_add(&pool->refs, 1, __ATOMIC_RELAXED);
  return block;
}

void tide_block_return_(tide_block *block) {
  tide_pool *pool = block->pool;
  block->next = __atomic_load_n(&pool->returned, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(&pool->returned, &block->next, block, 1, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
  }
  drop_pool(pool);
}

void tide_pool_destroy(tide_pool *pool) {
  if (pool) drop_pool(pool);
}

uint64_t tide_pool_bytes(const tide_pool *pool) { return __atomic_load_n(&pool->held_bytes, __ATOMIC_RELAXED); }

tide_kept *tide_keep(const tide_batch *batch, tide_block *block) {
  uint64_t selection = batch->selection ? (uint64_t)batch->count * 2 : 0;
  tide_kept *kept = malloc(sizeof *kept + selection);
  if (!kept) return NULL;
  kept->passed.batch = *batch;
  kept->passed.block = block;
  kept->refs = 1;
  kept->reserved = 0;
  if (batch->selection) {
    memcpy(kept->selection, batch->selection, selection);
    kept->passed.batch.selection = kept->selection;
  }
  tide_block_retain(block, 1);
  return kept;
}

void tide_kept_release(tide_kept *kept) {
  if (tide_fetch_sub32(&kept->refs, 1) != 1) return;
  tide_block_release(kept->passed.block);
  free(kept);
}
