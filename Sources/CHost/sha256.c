#include "tide_sha256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/* Fractions of the cube roots of the first 64 primes. */
static const uint32_t constants[64] = {
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};

#define SHA __attribute__((target("sha,sse4.1")))

SHA static __m128i load(const void *p) { return _mm_loadu_si128((const __m128i *)p); }

/* Four rounds with the message's words; `first` has the state's words a, b, e, f, `second` c, d, g, h. */
SHA static void rounds(__m128i *first, __m128i *second, __m128i words, const uint32_t *k) {
  __m128i sum = _mm_add_epi32(words, load(k));
  *second = _mm_sha256rnds2_epu32(*second, *first, sum);
  *first = _mm_sha256rnds2_epu32(*first, *second, _mm_shuffle_epi32(sum, 0x0E));
}

/* The four words that follow the sixteen of a, b, c, d. */
SHA static __m128i extend(__m128i a, __m128i b, __m128i c, __m128i d) {
  return _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4)), d);
}

SHA static void blocks_by_instruction(uint32_t state[8], const uint8_t *p, uint64_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0Bll, 0x0405060700010203ll);
  __m128i ba = _mm_shuffle_epi32(load(state), 0xB1), fe = _mm_shuffle_epi32(load(state + 4), 0x1B);
  __m128i first = _mm_alignr_epi8(ba, fe, 8), second = _mm_blend_epi16(fe, ba, 0xF0);
  for (; count > 0; count--, p += 64) {
    __m128i before_first = first, before_second = second;
    __m128i a = _mm_shuffle_epi8(load(p), big_endian), b = _mm_shuffle_epi8(load(p + 16), big_endian);
    __m128i c = _mm_shuffle_epi8(load(p + 32), big_endian), d = _mm_shuffle_epi8(load(p + 48), big_endian);
    const uint32_t *k = constants;
    for (;; k += 16) {
      rounds(&first, &second, a, k);
      rounds(&first, &second, b, k + 4);
      rounds(&first, &second, c, k + 8);
      rounds(&first, &second, d, k + 12);
      if (k == constants + 48) break;
      a = extend(a, b, c, d);
      b = extend(b, c, d, a);
      c = extend(c, d, a, b);
      d = extend(d, a, b, c);
    }
    first = _mm_add_epi32(first, before_first);
    second = _mm_add_epi32(second, before_second);
  }
  ba = _mm_shuffle_epi32(first, 0x1B);
  fe = _mm_shuffle_epi32(second, 0xB1);
  _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(ba, fe, 0xF0));
  _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(fe, ba, 8));
}

/* Asked once, for the question is slow on virtual machines; threads that race get the same answer. */
static int has_instructions(void) {
  static int known; /* 0 not asked yet, 1 no, 2 yes */
  int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (answer == 0) {
    unsigned a, b = 0, c = 0, d;
    int sse = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1);
    answer = sse && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) ? 2 : 1;
    __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
  }
  return answer == 2;
}

int32_t tide_sha256_blocks(uint32_t state[8], const void *bytes, uint64_t count) {
  if (!has_instructions()) return 0;
  blocks_by_instruction(state, bytes, count);
  return 1;
}
#else
int32_t tide_sha256_blocks(uint32_t state[8], const void *bytes, uint64_t count) {
  (void)state;
  (void)bytes;
  (void)count;
  return 0;
}
#endif
