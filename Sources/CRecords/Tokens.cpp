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

bool Tokens::skip_scalar(uint8_t first) {
  Slice text;
  switch (first) {
  case '"': return string(text);
  case 't':
  case 'f':
  case 'n': return literal(first);
  default:
    if (skip_number(start()) == nullptr) return fail("a malformed number");
    next++;
    return true;
  }
}

// Containers are a bit each, so that nesting takes neither the stack nor, up to a record's 8 MiB, more than 1 MiB.
bool Tokens::skip() {
  uint64_t objects = 0, depth = 0; // of the innermost 64: whether each is an object, the last one lowest
  Slice text;
  outer_.clear();
  for (;;) {
    uint8_t first = kind();
    if (first == '{' || first == '[') {
      if (!open()) return false;
      // In ASCII the closing bracket is two behind the opening one.
      if (kind() == first + 2) {
        next++;
      } else {
        if (depth != 0 && depth % 64 == 0) outer_.append(reinterpret_cast<const uint8_t *>(&objects), sizeof objects);
        objects = objects << 1 | (first == '{');
        depth++;
        if (first == '{' && !name(text)) return false;
        continue;
      }
    } else if (!skip_scalar(first)) {
      return false;
    }
    for (;;) {
      if (depth == 0) return true;
      bool object = objects & 1;
      uint8_t mark = kind();
      if (mark == ',') {
        next++;
        if (object && !name(text)) return false;
        break;
      }
      if (mark != (object ? '}' : ']')) return fail(object ? "',' or '}' was expected" : "',' or ']' was expected");
      next++;
      objects >>= 1;
      if (--depth % 64 != 0 || depth == 0) continue;
      outer_.truncate(outer_.size() - sizeof objects);
      std::memcpy(&objects, outer_.data() + outer_.size(), sizeof objects);
    }
  }
}

} // namespace records
