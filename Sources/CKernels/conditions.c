#include "CKernels.h"
#include "clones.h"

/* One loop a comparison, for the compiler to turn into vectors. */
#define EACH(operator) for (uint32_t i = 0; i < count; i++) out[i] = a[i] operator b[i] ? TIDE_K_TRUE : TIDE_K_FALSE
#define COMPARE(name, type)                                                                                     \
  CLONES void tide_k_compare_##name(uint32_t op, const type *a, const type *b, uint8_t *out, uint32_t count) {  \
    switch (op) {                                                                                               \
    case TIDE_K_EQUAL: EACH(==); break;                                                                         \
    case TIDE_K_NOT_EQUAL: EACH(!=); break;                                                                     \
    case TIDE_K_LESS: EACH(<); break;                                                                           \
    case TIDE_K_LESS_OR_EQUAL: EACH(<=); break;                                                                 \
    case TIDE_K_GREATER: EACH(>); break;                                                                        \
    default: EACH(>=); break;                                                                                   \
    }                                                                                                           \
  }

COMPARE(i64, int64_t)
COMPARE(u64, uint64_t)
COMPARE(f64, double)

CLONES void tide_k_settle(const uint8_t *states, uint8_t null, uint8_t missing, uint8_t *out, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint8_t other = states[i] == TIDE_K_NULL ? null : missing;
    out[i] = states[i] == TIDE_K_VALUE ? out[i] : other;
  }
}

CLONES void tide_k_and(const uint8_t *a, const uint8_t *b, uint8_t *out, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) out[i] = a[i] & b[i];
}

CLONES void tide_k_or(const uint8_t *a, const uint8_t *b, uint8_t *out, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) out[i] = a[i] | b[i];
}

CLONES void tide_k_not(const uint8_t *a, uint8_t *out, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) out[i] = a[i] == TIDE_K_ERROR ? TIDE_K_ERROR : (uint8_t)(TIDE_K_TRUE - a[i]);
}

CLONES void tide_k_truth(const int64_t *a, uint8_t *out, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) out[i] = a[i] != 0 ? TIDE_K_TRUE : TIDE_K_FALSE;
}
