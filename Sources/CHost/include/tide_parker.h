/* Where the thread of a chain sleeps, and the bitmap of its inputs that have something.
 *
 * The sleep-flag protocol: the sleeper sets `sleeping`, fences, looks once more at everything that could wake it, and only then
 * waits; the waker publishes, fences, and wakes only a sleeper. One of the two always sees the other (Dekker), so no wake-up is
 * lost and none is sent to a thread that runs. The full fence between publishing and looking is what makes it work.
 */
#ifndef TIDE_PARKER_H
#define TIDE_PARKER_H

#include <stdint.h>

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

#define TIDE_INPUT_WORDS 16u
#define TIDE_MAX_INPUTS (TIDE_INPUT_WORDS * 64u)

typedef struct tide_parker {
  uint32_t sleeping;
  uint8_t pad[124];
  uint64_t ready[TIDE_INPUT_WORDS];
} tide_parker;

/* Waits until `sleeping` is no longer 1, a signal, or timeout_ns (< 0: for ever). */
void tide_futex_wait(uint32_t *word, uint32_t expected, int64_t timeout_ns);
/* Wakes one thread that waits on the word. */
void tide_futex_wake(uint32_t *word);

/* Says "I am about to sleep". Look again at every reason to stay awake, then tide_parker_sleep or tide_parker_stay. */
static inline void tide_parker_prepare(tide_parker *p) {
  __atomic_store_n(&p->sleeping, 1u, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
static inline void tide_parker_stay(tide_parker *p) { __atomic_store_n(&p->sleeping, 0u, __ATOMIC_RELAXED); }
static inline void tide_parker_sleep(tide_parker *p, int64_t timeout_ns) {
  tide_futex_wait(&p->sleeping, 1u, timeout_ns);
  __atomic_store_n(&p->sleeping, 0u, __ATOMIC_RELAXED);
}

/* Wakes the thread if it sleeps, after whatever was published before. [any] */
static inline void tide_parker_signal(tide_parker *p) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  if (__atomic_load_n(&p->sleeping, __ATOMIC_RELAXED) != 0 && __atomic_exchange_n(&p->sleeping, 0u, __ATOMIC_SEQ_CST) == 1u)
    tide_futex_wake(&p->sleeping);
}

/* Marks an input as having something, then wakes. Called by the input's producer after its push. */
static inline void tide_parker_notify(tide_parker *p, uint32_t input) {
  uint64_t *word = &p->ready[input >> 6], bit = 1ull << (input & 63u);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  if ((__atomic_load_n(word, __ATOMIC_RELAXED) & bit) == 0) __atomic_fetch_or(word, bit, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&p->sleeping, __ATOMIC_RELAXED) != 0 && __atomic_exchange_n(&p->sleeping, 0u, __ATOMIC_SEQ_CST) == 1u)
    tide_futex_wake(&p->sleeping);
}

static inline uint64_t tide_parker_ready(const tide_parker *p, uint32_t word) {
  return __atomic_load_n(&p->ready[word], __ATOMIC_ACQUIRE);
}
/* Clears an input's mark; read its ring afterwards, never before. */
static inline void tide_parker_clear(tide_parker *p, uint32_t input) {
  __atomic_fetch_and(&p->ready[input >> 6], ~(1ull << (input & 63u)), __ATOMIC_SEQ_CST);
  /* The order of the read-modify-write binds its own store only: where it is made of load-acquire and store-release (arm64), the
   * ring's write index, a plain acquire load, may be read before that store. A producer that pushed in between would still see
   * the mark and leave it, and its entry would wait for the next one. */
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#pragma GCC visibility pop

#endif
