#include "tide_utf8.h"

#include <string.h>

#define HIGH_BITS 0x8080808080808080ull

static uint64_t word(const uint8_t *p) {
  uint64_t w;
  memcpy(&w, p, 8);
  return w;
}

/* First byte at or after `p` that is not ASCII. */
static const uint8_t *skip_ascii(const uint8_t *p, const uint8_t *end) {
  const uint8_t *start = p;
  while (end - p >= 32 && ((word(p) | word(p + 8) | word(p + 16) | word(p + 24)) & HIGH_BITS) == 0) p += 32;
  while (end - p >= 8 && (word(p) & HIGH_BITS) == 0) p += 8;
  if (end - p < 8 && end - start >= 8 && (word(end - 8) & HIGH_BITS) == 0) return end;
  while (p < end && *p < 0x80) p++;
  return p;
}

static int continues(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/* Length of the well-formed sequence that starts with the lead byte *p >= 0x80, 0 when there is none. The ranges of the second
 * byte keep out overlong forms (E0, F0), surrogates (ED) and what lies beyond U+10FFFF (F4). */
static unsigned sequence(const uint8_t *p, const uint8_t *end) {
  uint8_t lead = p[0], low = 0x80, high = 0xBF;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return end - p >= 2 && continues(p[1]) ? 2 : 0;
  if (lead < 0xF0) {
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    return end - p >= 3 && p[1] >= low && p[1] <= high && continues(p[2]) ? 3 : 0;
  }
  if (lead > 0xF4) return 0;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  return end - p >= 4 && p[1] >= low && p[1] <= high && continues(p[2]) && continues(p[3]) ? 4 : 0;
}

uint64_t tide_utf8_prefix_portable(const void *bytes, uint64_t length, int *ascii) {
  const uint8_t *start = bytes, *end, *p;
  unsigned step;
  if (ascii) *ascii = 1;
  if (length == 0) return 0;
  end = start + length;
  p = skip_ascii(start, end);
  if (p == end) return length;
  if (ascii) *ascii = 0;
  while (p < end) {
    if (*p < 0x80) {
      p = skip_ascii(p, end);
      continue;
    }
    step = sequence(p, end);
    if (step == 0) break;
    p += step;
  }
  return (uint64_t)(p - start);
}
