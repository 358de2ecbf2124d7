#include "tide_lines.h"
#include "tide_pool.h"

#include <stdlib.h>
#include <string.h>

struct tide_budget {
  uint64_t held_bytes, limit_bytes;
  uint32_t refs; /* the maker, and one per pool */
};

struct tide_pool {
  /* owner's */
  tide_block *head[TIDE_POOL_CLASSES], *tail[TIDE_POOL_CLASSES];
  uint64_t free_of[TIDE_POOL_CLASSES]; /* bytes */
  uint64_t free_bytes, keep_bytes;
  uint64_t resting_bytes; /* of each class, that is not reused yet */
  uint64_t taken;
  tide_budget *budget;
  uint8_t distance; /* from the cores that return blocks */
  /* shared, in lines of its own */
  __attribute__((aligned(128))) tide_block *returned;
  uint64_t held_bytes;
  uint32_t refs; /* the owner, and one per block in use */
  /* for those who return blocks, who write into this line as well */
  uint32_t can_evict; /* blocks cross threads, on a processor that evicts lines */
  uint32_t evicts;
  const void *owner;
};

/* Its address tells threads apart. */
static __thread char this_thread;

/* Powers of two, so that what is asked for fills more than half of what is held. */
static const uint64_t least_bytes = 4096;
/* What crosses threads rests while no more of its class is free. A line that another core has last read costs its writer a trip
 * there, and most that were read before so many others have left a core's cache of 1 MiB for one that is shared. */
static const uint64_t most_resting_bytes = 2 << 20;
/* Of so many blocks one is looked at for how far the core is that returns it. A prime, so that blocks of all kinds have their turn
 * where they take turns. */
static const uint64_t probe_every = 61;

tide_budget *tide_budget_create(uint64_t limit_bytes) {
  tide_budget *budget = calloc(1, sizeof *budget);
  if (!budget) return NULL;
  budget->limit_bytes = limit_bytes;
  budget->refs = 1;
  return budget;
}

void tide_budget_release(tide_budget *budget) {
  if (budget && __atomic_fetch_sub(&budget->refs, 1, __ATOMIC_ACQ_REL) == 1) free(budget);
}

uint64_t tide_budget_held(const tide_budget *budget) { return __atomic_load_n(&budget->held_bytes, __ATOMIC_RELAXED); }

tide_pool *tide_pool_create(int fifo, uint64_t keep_bytes, tide_budget *budget) {
  tide_pool *pool = aligned_alloc(128, sizeof *pool);
  if (!pool) return NULL;
  memset(pool, 0, sizeof *pool);
  pool->budget = budget;
  if (budget) __atomic_fetch_add(&budget->refs, 1, __ATOMIC_RELAXED);
  pool->keep_bytes = keep_bytes;
  if (fifo) {
    pool->resting_bytes = keep_bytes / 2 < most_resting_bytes ? keep_bytes / 2 : most_resting_bytes;
    pool->can_evict = (uint32_t)tide_lines_can_evict();
  }
  pool->refs = 1;
  return pool;
}

/* 1 when the bytes fit into the budget and leave `spare`; they are then taken. */
static int hold(tide_pool *pool, uint64_t bytes, uint64_t spare) {
  tide_budget *budget = pool->budget;
  if (budget) {
    /* Never above the limit, not for a moment: others would be refused what there is room for. */
    uint64_t held = __atomic_load_n(&budget->held_bytes, __ATOMIC_RELAXED);
    do {
      if (held + bytes + spare > budget->limit_bytes) return 0;
    } while (!__atomic_compare_exchange_n(&budget->held_bytes, &held, held + bytes, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  }
  __atomic_fetch_add(&pool->held_bytes, bytes, __ATOMIC_RELAXED);
  return 1;
}

static void unhold(tide_pool *pool, uint64_t bytes) {
  if (pool->budget) __atomic_fetch_sub(&pool->budget->held_bytes, bytes, __ATOMIC_RELAXED);
  __atomic_fetch_sub(&pool->held_bytes, bytes, __ATOMIC_RELAXED);
}

/* Memory of a block, its head included. */
static uint64_t cost(uint64_t capacity) { return sizeof(tide_block) + capacity; }

static void discard(tide_pool *pool, tide_block *block) {
  unhold(pool, cost(block->capacity));
  free(block);
}

/* Gives all free blocks back to the system. */
static void give_up_free(tide_pool *pool) {
  tide_block *block;
  uint32_t k;
  for (k = 0; k < TIDE_POOL_CLASSES; k++) {
    while ((block = pool->head[k])) {
      pool->head[k] = block->next;
      discard(pool, block);
    }
    pool->tail[k] = NULL;
    pool->free_of[k] = 0;
  }
  pool->free_bytes = 0;
}

static void drop_pool(tide_pool *pool) {
  tide_block *block;
  if (__atomic_fetch_sub(&pool->refs, 1, __ATOMIC_ACQ_REL) != 1) return;
  give_up_free(pool);
  for (block = pool->returned; block;) {
    tide_block *next = block->next;
    discard(pool, block);
    block = next;
  }
  tide_budget_release(pool->budget);
  free(pool);
}

/* Takes the free block of a class whose turn it is; NULL when there is none. */
static tide_block *reuse(tide_pool *pool, uint32_t k) {
  tide_block *block = k < TIDE_POOL_CLASSES ? pool->head[k] : NULL;
  if (!block) return NULL;
  pool->head[k] = block->next;
  if (!pool->head[k]) pool->tail[k] = NULL;
  pool->free_bytes -= cost(block->capacity);
  pool->free_of[k] -= cost(block->capacity);
  return block;
}

/* 1 when `bytes` more of a class may be kept: for that, blocks of the class that has the most are given up, if it is another. */
static int make_room(tide_pool *pool, uint32_t k, uint64_t bytes) {
  uint32_t most, other;
  if (bytes > pool->keep_bytes) return 0;
  while (pool->free_bytes + bytes > pool->keep_bytes) {
    for (most = k, other = 0; other < TIDE_POOL_CLASSES; other++)
      if (pool->free_of[other] > pool->free_of[most]) most = other;
    if (most == k) return 0;
    discard(pool, reuse(pool, most));
  }
  return 1;
}

static void put(tide_pool *pool, tide_block *block) {
  uint32_t k = block->size_class;
  if (k == TIDE_POOL_CLASSES || !make_room(pool, k, cost(block->capacity))) {
    discard(pool, block);
    return;
  }
  pool->free_bytes += cost(block->capacity);
  pool->free_of[k] += cost(block->capacity);
  if (pool->resting_bytes) {
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

/* 1 when blocks of a class are to be reused: enough of it are free, or the pool has no room for as many. */
static int is_rested(const tide_pool *pool, uint32_t k) {
  return pool->free_of[k] >= pool->resting_bytes || pool->free_bytes + pool->resting_bytes > pool->keep_bytes;
}

/* A block with memory of its own; NULL when there is none. Its bytes are held already. */
static tide_block *make(tide_pool *pool, uint32_t k, uint64_t capacity) {
  tide_block *block = aligned_alloc(64, sizeof *block + capacity);
  if (!block) {
    unhold(pool, cost(capacity));
    return NULL;
  }
  memset(block, 0, sizeof *block);
  tide_block_frame(block)->frame_len = 0; /* no frame yet */
  block->pool = pool;
  block->capacity = capacity;
  block->size_class = k;
  return block;
}

/* Bytes of the frame in a block; of the previous one, if none was made since. */
static uint64_t framed(tide_block *block) {
  uint64_t bytes = tide_block_frame(block)->frame_len;
  return bytes < block->capacity ? bytes : block->capacity;
}

/* Learns from a block that was left in the caches what it costs to write it anew, and chooses the next to be left. */
static void probe(tide_pool *pool, tide_block *block) {
  const void *owner = &this_thread;
  uint32_t evicts;
  if (block->probe == 2) {
    pool->distance = tide_lines_judge(pool->distance, tide_lines_probe(tide_block_bytes(block), framed(block)));
    evicts = (uint32_t)tide_lines_are_far(pool->distance);
    if (evicts != pool->evicts) __atomic_store_n(&pool->evicts, evicts, __ATOMIC_RELAXED);
  }
  block->probe = ++pool->taken % probe_every == 0 ? 1 : 0;
  if (owner != pool->owner) __atomic_store_n(&pool->owner, owner, __ATOMIC_RELAXED);
}

tide_block *tide_pool_take(tide_pool *pool, uint64_t bytes, uint64_t spare) {
  tide_block *block = NULL;
  uint64_t capacity;
  uint32_t k = 0;
  while (k < TIDE_POOL_CLASSES && least_bytes << k < bytes) k++;
  capacity = k < TIDE_POOL_CLASSES ? least_bytes << k : (bytes + 63) & ~(uint64_t)63;
  if (__atomic_load_n(&pool->returned, __ATOMIC_RELAXED)) collect(pool);
  if (k < TIDE_POOL_CLASSES && is_rested(pool, k)) block = reuse(pool, k);
  if (!block && hold(pool, cost(capacity), spare)) block = make(pool, k, capacity);
  /* Memory is out, or the budget used up: what rests is better than nothing, and what else is free may be what is missing. */
  if (!block) block = reuse(pool, k);
  if (!block) {
    give_up_free(pool);
    if (!hold(pool, cost(capacity), spare) || !(block = make(pool, k, capacity))) return NULL;
  }
  if (pool->can_evict && k < TIDE_POOL_CLASSES) probe(pool, block);
  block->next = NULL;
  __atomic_store_n(&block->refs, 1u, __ATOMIC_RELAXED);
  __atomic_fetch_add(&pool->refs, 1, __ATOMIC_RELAXED);
  return block;
}

/* Before a block that crosses threads goes back: unless it is to be probed, its frame leaves the caches if that is better. */
static void evict(const tide_pool *pool, tide_block *block) {
  uint64_t bytes;
  if (__atomic_load_n(&pool->owner, __ATOMIC_RELAXED) == &this_thread) return;
  bytes = framed(block);
  if (bytes < TIDE_LINES_LEAST * TIDE_LINE) return;
  if (block->probe) {
    block->probe = 2;
  } else if (__atomic_load_n(&pool->evicts, __ATOMIC_RELAXED)) {
    tide_lines_evict(tide_block_bytes(block), bytes);
  }
}

void tide_block_return_(tide_block *block) {
  tide_pool *pool = block->pool;
  if (pool->can_evict && block->size_class < TIDE_POOL_CLASSES) evict(pool, block);
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
  kept->passed.alone = 0;
  kept->passed.reserved = 0;
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
