#include "tide_utf8.h"

#include <string.h>

#include "vector.h"

/* Text is checked in blocks of 64 bytes by arithmetic on all bytes at once (table 3-7 of Unicode, read from each byte backwards):
 *   - a byte continues a character exactly when one of the three before it is a lead that reaches so far;
 *   - no byte is C0, C1 or above F4;
 *   - after E0 comes A0 or more, after ED less than A0, after F0 90 or more, after F4 less than 90.
 * Where a block breaks one of these, the plain check says at which byte. Vectors are the compilers' own, so that the same lines
 * are SSE2, AVX2 or NEON. */
typedef uint8_t vector __attribute__((vector_size(32)));
typedef int8_t truth __attribute__((vector_size(32))); /* what comparing vectors gives: -1 or 0 in each byte */
typedef uint64_t words __attribute__((vector_size(32)));

#define BLOCK 64

/* First block from `p` on, of those that end before `end`, that is not well-formed; else where there are no more. Three bytes
 * before `p` may be read. *ascii becomes 0 when not all are below 0x80. */
TIDE_INLINE_ const uint8_t *check_blocks(const uint8_t *p, const uint8_t *end, int *ascii) {
  for (; end - p >= BLOCK; p += BLOCK) {
    vector b, near, first, second, third;
    truth wrong = {0};
    words bits;
    memcpy(&b, p, sizeof b);
    memcpy(&near, p + 32, sizeof near);
    memcpy(&third, p - 3, sizeof third);
    bits = (words)(b | near | third);
    if (((bits[0] | bits[1] | bits[2] | bits[3]) & 0x8080808080808080ull) == 0) continue;
    *ascii = 0;
    for (int half = 0; half < BLOCK; half += 32) {
      truth continues, reached, below_a0, below_90;
      memcpy(&b, p + half, sizeof b);
      memcpy(&first, p + half - 1, sizeof first);
      memcpy(&second, p + half - 2, sizeof second);
      memcpy(&third, p + half - 3, sizeof third);
      continues = (truth)b < -64;
      reached = (first >= 0xC0) | (second >= 0xE0) | (third >= 0xF0);
      below_a0 = (truth)b < -96;
      below_90 = (truth)b < -112;
      wrong |= (continues ^ reached) | ((b & 0xFE) == 0xC0) | (b > 0xF4);
      wrong |= ((first == 0xE0) & below_a0) | ((first == 0xED) & ~below_a0);
      wrong |= ((first == 0xF0) & below_90) | ((first == 0xF4) & ~below_90);
    }
    bits = (words)wrong;
    if (bits[0] | bits[1] | bits[2] | bits[3]) return p;
  }
  return p;
}

static const uint8_t *check_blocks_plain(const uint8_t *p, const uint8_t *end, int *ascii) {
  return check_blocks(p, end, ascii);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static const uint8_t *check_blocks_avx2(const uint8_t *p, const uint8_t *end, int *ascii) {
  return check_blocks(p, end, ascii);
}
#endif

/* Where the character begins that is not complete before `p`; `p` when none is. All before `p` was checked. */
static const uint8_t *boundary(const uint8_t *start, const uint8_t *p) {
  for (int back = 1; back <= 3 && p - start >= back; back++) {
    uint8_t byte = p[-back];
    if (byte < 0x80) return p;
    if (byte >= 0xC0) return back < (byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2) ? p - back : p;
  }
  return p;
}

uint64_t tide_utf8_prefix(const void *bytes, uint64_t length, int *ascii) {
  const uint8_t *start = bytes, *p;
  uint64_t good;
  int head, tail;
  if (length < 2 * BLOCK) return tide_utf8_prefix_portable(bytes, length, ascii);
  /* The first bytes are checked plainly, so that three can be read before the first block. */
  good = tide_utf8_prefix_portable(bytes, BLOCK, &head);
  if (ascii) *ascii = 0;
  if (good + 3 < BLOCK) return good;
  p = start + good;
#if defined(__x86_64__)
  p = tide_has_avx2_() ? check_blocks_avx2(p, start + length, &head) : check_blocks_plain(p, start + length, &head);
#else
  p = check_blocks_plain(p, start + length, &head);
#endif
  p = boundary(start, p);
  good = (uint64_t)(p - start);
  good += tide_utf8_prefix_portable(p, length - good, &tail);
  if (ascii) *ascii = head && tail;
  return good;
}
