#include "Tokens.hpp"

namespace records {

bool Tokens::resolve(Slice &text) {
  if (text.size == 0 || std::memchr(text.data, '\\', text.size) == nullptr) return true;
  scratch_.clear();
  int64_t size = unescape(text.data, text.size, scratch_.room(text.size));
  if (size < 0) return fail_before(RECORD_DEAD_JSON, "a malformed escape in a string");
  text = {scratch_.data(), static_cast<size_t>(size)};
  return true;
}

bool Tokens::fail_before(uint32_t code, const char *message) {
  next--;
  return fail(code, message);
}

bool Tokens::skip(uint32_t depth) {
  uint8_t first = kind();
  Slice text;
  switch (first) {
  case '"': return string(text);
  case '{':
    if (depth >= max_depth) return fail(RECORD_DEAD_DEPTH, "nested too deep");
    next++;
    if (kind() == '}') {
      next++;
      return true;
    }
    for (;;) {
      uint32_t at = next;
      if (!name(text)) return false;
      if (escapes && !resolve(text)) {
        fault.at = list[at]; // not where the colon is
        return false;
      }
      if (!skip(depth + 1)) return false;
      first = kind();
      if (first != ',' && first != '}') return fail("',' or '}' was expected");
      next++;
      if (first == '}') return true;
    }
  case '[':
    if (depth >= max_depth) return fail(RECORD_DEAD_DEPTH, "nested too deep");
    next++;
    if (kind() == ']') {
      next++;
      return true;
    }
    for (;;) {
      if (!skip(depth + 1)) return false;
      first = kind();
      if (first != ',' && first != ']') return fail("',' or ']' was expected");
      next++;
      if (first == ']') return true;
    }
  case 't':
  case 'f':
  case 'n': return literal(first);
  default:
    if (skip_number(start()) == nullptr) return fail("a malformed number");
    next++;
    return true;
  }
}

} // namespace records
