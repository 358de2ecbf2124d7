#include "Fault.hpp"

#include "Bytes.hpp"

namespace records {

namespace {

// Length of the sequence at `p` (The Unicode Standard, table 3-7); 0 when none is there.
uint64_t sequence(const uint8_t *p, uint64_t left) {
  uint8_t first = p[0], low = 0x80, high = 0xBF;
  if (first < 0x80) return 1;
  uint64_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length == 0 || length > left) return 0;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  if (p[1] < low || p[1] > high) return 0;
  for (uint64_t i = 2; i < length; i++)
    if (p[i] < 0x80 || p[i] > 0xBF) return 0;
  return length;
}

} // namespace

std::string text_of(const Fault &fault, uint64_t at) { return std::string(fault.message) + ", at byte " + std::to_string(at); }

uint64_t find_non_utf8(const uint8_t *bytes, uint64_t length) {
  uint64_t at = 0;
  while (at < length) {
    if (length - at >= 8 && (load64(bytes + at) & 0x8080808080808080u) == 0) {
      at += 8;
      continue;
    }
    uint64_t step = sequence(bytes + at, length - at);
    if (step == 0) return at;
    at += step;
  }
  return length;
}

Fault find_line_fault(const uint8_t *bytes, uint64_t length) {
  uint64_t bad = find_non_utf8(bytes, length), opened = 0;
  if (bad < length) return {RECORD_DEAD_UTF8, bad, "the record is not UTF-8"};
  bool inside = false;
  for (uint64_t at = 0; at < length; at++) {
    uint8_t c = bytes[at];
    if (inside && c < 0x20) return {RECORD_DEAD_JSON, at, "a control character stands in a string"};
    if (c == '"') {
      inside = !inside;
      opened = at;
    } else if (c == '\\' && at + 1 < length && bytes[at + 1] >= 0x20) {
      at++;
    }
  }
  return {RECORD_DEAD_JSON, inside ? opened : 0, inside ? "a string has no end" : "the record cannot be read"};
}

} // namespace records
