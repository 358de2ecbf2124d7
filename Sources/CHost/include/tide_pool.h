/* Memory of frames: blocks with a reference count, recycled by size class.
 *
 * A pool belongs to one thread, which takes blocks from it. Whoever drops the last reference, on any thread, pushes the block on
 * the pool's return stack; the owner takes that stack whole with one exchange. Blocks that cross threads are reused oldest
 * first, and not before 2 MiB of their size class are free (half of what the pool keeps, if that is less), unless the pool is nearly
 * full or the budget used up: so most of their lines have left the other core's cache. Blocks that stay on one thread are reused
 * newest first.
 *
 * Where the cores are so far from each other that this is not enough, whoever returns a block to another thread's pool evicts its
 * frame from the caches (tide_lines.h). The owner finds that out as it goes, by the time that writing into every 61st block takes:
 * those are not evicted. There is one thought of all threads that return blocks to a pool.
 */
#ifndef TIDE_POOL_H
#define TIDE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "tidemill/plugin.h"
#include "tide_atomic.h"

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

#define TIDE_POOL_CLASSES 9u /* 4, 8, 16 ... 512 KiB and 1 MiB; larger blocks come from malloc and go back to it */

typedef struct tide_pool tide_pool;

/* How many bytes pools may hold together: their blocks, in use and free. It lives until its maker and all its pools are gone. */
typedef struct tide_budget tide_budget;

tide_budget *tide_budget_create(uint64_t limit_bytes);
void tide_budget_release(tide_budget *budget);
/* Bytes that its pools hold now. [any] */
uint64_t tide_budget_held(const tide_budget *budget);

/* Head of a block, 64 bytes; the frame's bytes follow. */
typedef struct tide_block {
  struct tide_block *next;
  tide_pool *pool;
  uint64_t capacity;
  uint32_t refs;
  uint32_t size_class; /* TIDE_POOL_CLASSES: not pooled */
  uint8_t probe;       /* 1: to stay in the caches when it is returned; 2: it did, another thread returned it */
  uint8_t pad[31];
} tide_block;

static inline uint8_t *tide_block_bytes(tide_block *block) { return (uint8_t *)block + 64; }
static inline tide_frame *tide_block_frame(tide_block *block) { return (tide_frame *)(void *)tide_block_bytes(block); }

/* `fifo` 1: blocks cross threads. `keep_bytes`: how much the pool keeps for reuse at most. `budget` may be NULL: no bound. */
tide_pool *tide_pool_create(int fifo, uint64_t keep_bytes, tide_budget *budget);
/* Frees the pool, at once or with its last block. [owner, once] */
void tide_pool_destroy(tide_pool *pool);
/* A block with room for `bytes` and one reference, contents undefined; NULL when memory is out, or when less than `spare` bytes of
 * the budget would be left though the pool's free blocks were given up. [owner] */
tide_block *tide_pool_take(tide_pool *pool, uint64_t bytes, uint64_t spare);
/* Bytes that the pool holds in blocks, in use and free. [any] */
uint64_t tide_pool_bytes(const tide_pool *pool);

static inline void tide_block_retain(tide_block *block, uint32_t n) { tide_fetch_add32(&block->refs, n); }
void tide_block_return_(tide_block *block);
/* Drops a reference; the last one gives the block back, of whose frame, if there is one, `frame_len` must be right. [any] */
static inline void tide_block_release(tide_block *block) {
  if (tide_fetch_sub32(&block->refs, 1) == 1) tide_block_return_(block);
}

/* A batch as the host passes it: what the plugin sees, and whose bytes they are. */
typedef struct tide_passed {
  tide_batch batch;
  tide_block *block;
  uint32_t alone; /* 1: all rows of its stream so far come from one partition of one source, in their order */
  uint32_t reserved;
} tide_passed;

/* A batch kept beyond a call, in a ring or by a plugin: owns a reference of its block and a copy of its selection. */
typedef struct tide_kept {
  tide_passed passed;
  uint32_t refs;
  uint32_t reserved;
  uint16_t selection[];
} tide_kept;

/* Keeps `batch` (its block's reference is taken); NULL when memory is out. [any] */
tide_kept *tide_keep(const tide_batch *batch, tide_block *block);
void tide_kept_release(tide_kept *kept);

#pragma GCC visibility pop

#endif
