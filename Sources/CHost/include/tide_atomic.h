/* Atomics for code that shares plain integers between threads (and later processes), seen alike by C, C++ and Swift. */
#ifndef TIDE_ATOMIC_H
#define TIDE_ATOMIC_H

#include <stdint.h>

static inline uint64_t tide_load_relaxed(const uint64_t *p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }
static inline uint64_t tide_load_acquire(const uint64_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static inline void tide_store_relaxed(uint64_t *p, uint64_t v) { __atomic_store_n(p, v, __ATOMIC_RELAXED); }
static inline void tide_store_release(uint64_t *p, uint64_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }

/* Adds to a counter that one thread writes and others read: no locked instruction. */
static inline void tide_count(uint64_t *p, uint64_t n) {
  __atomic_store_n(p, __atomic_load_n(p, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
}

static inline uint32_t tide_load32_acquire(const uint32_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static inline void tide_store32_release(uint32_t *p, uint32_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }
static inline uint32_t tide_exchange32(uint32_t *p, uint32_t v) { return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST); }
static inline uint32_t tide_fetch_add32(uint32_t *p, uint32_t n) { return __atomic_fetch_add(p, n, __ATOMIC_RELAXED); }
static inline uint32_t tide_fetch_sub32(uint32_t *p, uint32_t n) { return __atomic_fetch_sub(p, n, __ATOMIC_ACQ_REL); }

#endif
