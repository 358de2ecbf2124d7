#include "CKernels.h"
#include "clones.h"

#define EACH(expression) for (uint32_t i = 0; i < count; i++) out[i] = expression

CLONES void tide_k_arithmetic_f64(uint32_t op, const double *a, const double *b, double *out, uint32_t count) {
  switch (op) {
  case TIDE_K_ADD: EACH(a[i] + b[i]); break;
  case TIDE_K_SUBTRACT: EACH(a[i] - b[i]); break;
  case TIDE_K_MULTIPLY: EACH(a[i] * b[i]); break;
  default: EACH(a[i] / b[i]); break;
  }
}

/* Sums and differences that wrap, and whether any sign came out wrong. */
CLONES static int64_t add(const int64_t *a, const int64_t *b, int64_t *out, uint32_t count) {
  uint64_t wrong = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t sum = (uint64_t)a[i] + (uint64_t)b[i];
    out[i] = (int64_t)sum;
    wrong |= ((uint64_t)a[i] ^ sum) & ((uint64_t)b[i] ^ sum);
  }
  return (int64_t)wrong;
}

CLONES static int64_t subtract(const int64_t *a, const int64_t *b, int64_t *out, uint32_t count) {
  uint64_t wrong = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t difference = (uint64_t)a[i] - (uint64_t)b[i];
    out[i] = (int64_t)difference;
    wrong |= ((uint64_t)a[i] ^ (uint64_t)b[i]) & ((uint64_t)a[i] ^ difference);
  }
  return (int64_t)wrong;
}

static int one_i64(uint32_t op, int64_t a, int64_t b, int64_t *out) {
  switch (op) {
  case TIDE_K_ADD: return __builtin_add_overflow(a, b, out);
  case TIDE_K_SUBTRACT: return __builtin_sub_overflow(a, b, out);
  case TIDE_K_MULTIPLY: return __builtin_mul_overflow(a, b, out);
  default:
    if (b == 0 || (a == INT64_MIN && b == -1)) return 1;
    *out = op == TIDE_K_DIVIDE ? a / b : a % b;
    return 0;
  }
}

int tide_k_arithmetic_i64(uint32_t op, const int64_t *a, const int64_t *b, int64_t *out, uint8_t *states, uint32_t count) {
  uint32_t wrong = 0;
  if (op == TIDE_K_ADD && add(a, b, out, count) >= 0) return 0;
  if (op == TIDE_K_SUBTRACT && subtract(a, b, out, count) >= 0) return 0;
  for (uint32_t i = 0; i < count; i++) {
    int64_t result = 0;
    int failed = one_i64(op, a[i], b[i], &result);
    out[i] = failed ? 0 : result;
    states[i] = failed ? TIDE_K_MISSING : TIDE_K_VALUE;
    wrong += (uint32_t)failed;
  }
  return wrong != 0;
}

static int one_u64(uint32_t op, uint64_t a, uint64_t b, uint64_t *out) {
  switch (op) {
  case TIDE_K_ADD: return __builtin_add_overflow(a, b, out);
  case TIDE_K_SUBTRACT: return __builtin_sub_overflow(a, b, out);
  case TIDE_K_MULTIPLY: return __builtin_mul_overflow(a, b, out);
  default:
    if (b == 0) return 1;
    *out = op == TIDE_K_DIVIDE ? a / b : a % b;
    return 0;
  }
}

int tide_k_arithmetic_u64(uint32_t op, const uint64_t *a, const uint64_t *b, uint64_t *out, uint8_t *states, uint32_t count) {
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t result = 0;
    int failed = one_u64(op, a[i], b[i], &result);
    out[i] = failed ? 0 : result;
    states[i] = failed ? TIDE_K_MISSING : TIDE_K_VALUE;
    wrong += (uint32_t)failed;
  }
  return wrong != 0;
}

int tide_k_negate_i64(const int64_t *a, int64_t *out, uint8_t *states, uint32_t count) {
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t failed = a[i] == INT64_MIN;
    out[i] = failed ? 0 : -a[i];
    states[i] = failed ? TIDE_K_MISSING : TIDE_K_VALUE;
    wrong += failed;
  }
  return wrong != 0;
}

CLONES void tide_k_negate_f64(const double *a, double *out, uint32_t count) { EACH(-a[i]); }

CLONES void tide_k_widen_i64(const int64_t *a, double *out, uint32_t count) { EACH((double)a[i]); }

CLONES void tide_k_widen_u64(const uint64_t *a, double *out, uint32_t count) { EACH((double)a[i]); }

CLONES void tide_k_both(const uint8_t *a, const uint8_t *b, uint8_t *out, uint32_t count) {
  if (a != NULL && b != NULL) EACH(((a[i] | b[i]) != 0 ? TIDE_K_MISSING : TIDE_K_VALUE));
  else if (a != NULL) EACH((a[i] != 0 ? TIDE_K_MISSING : TIDE_K_VALUE));
  else if (b != NULL) EACH((b[i] != 0 ? TIDE_K_MISSING : TIDE_K_VALUE));
  else memset(out, TIDE_K_VALUE, count);
}

CLONES void tide_k_clear(const uint8_t *states, uint64_t *values, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) values[i] = states[i] == TIDE_K_VALUE ? values[i] : 0u;
}

CLONES int tide_k_choose(const uint8_t *mask, const uint64_t *a, const uint8_t *a_states, const uint64_t *b,
                         const uint8_t *b_states, uint64_t *out, uint8_t *states, uint32_t count) {
  uint32_t lacking = 0;
  for (uint32_t i = 0; i < count; i++) {
    int is_true = mask[i] == TIDE_K_TRUE;
    const uint8_t *side = is_true ? a_states : b_states;
    uint8_t state = mask[i] == TIDE_K_ERROR ? TIDE_K_MISSING : side == NULL ? TIDE_K_VALUE : side[i];
    uint64_t value = is_true ? a[i] : b[i];
    out[i] = state == TIDE_K_VALUE ? value : 0u;
    states[i] = state;
    lacking |= state;
  }
  return lacking != 0;
}
