// Reads the tokens of one record. Every rule of RFC 8259 is checked, in values that are skipped too, so that a record's validity
// does not depend on which of its fields are wanted.
#ifndef TIDEMILL_CRECORDS_TOKENS_HPP
#define TIDEMILL_CRECORDS_TOKENS_HPP

#include "Fault.hpp"
#include "Number.hpp"
#include "Text.hpp"

namespace records {

class Tokens {
public:
  // What was scanned, and the position of each of its tokens.
  const uint8_t *bytes = nullptr;
  const uint32_t *list = nullptr;
  uint32_t next = 0;    // the token to read
  uint64_t stop = 0;    // where the record ends
  bool escapes = false; // whether the record has a backslash
  uint32_t max_depth = 64; // of values that are kept; others nest as deep as a record is long
  uint32_t max_key = 64 << 10;
  Fault fault = {0, 0, ""};

  uint64_t position() const { return list[next]; }
  const uint8_t *start() const { return bytes + list[next]; }
  uint8_t kind() const { return bytes[list[next]]; }

  bool fail(const char *message) { return fail(RECORD_DEAD_JSON, message); }
  __attribute__((noinline, cold)) bool fail(uint32_t code, const char *message) {
    fault = {code, position(), message};
    return false;
  }

  // The inside of the string token at `next`, escapes as they are, and goes on. Only white space stands between a string's
  // closing quote and the next token, so the end is found from there.
  bool raw_string(Slice &raw) {
    uint32_t from = list[next] + 1, to = list[next + 1] - 1;
    if (__builtin_expect(to < from || bytes[to] != '"', 0)) {
      while (to > from && is_space(bytes[to])) to--;
      if (to < from || bytes[to] != '"') return fail("a string has no end");
    }
    next++;
    raw = {bytes + from, to - from};
    return true;
  }

  // The same with escapes resolved; valid until the next call. Readable to data + 16.
  bool string(Slice &text) {
    if (!raw_string(text)) return false;
    if (__builtin_expect(!escapes, 1)) return true;
    return resolve(text);
  }

  // true, false or null at `next`.
  bool literal(uint8_t first) {
    const uint8_t *p = start();
    size_t length = first == 'f' ? 5 : 4;
    if (std::memcmp(p, first == 'f' ? "false" : first == 't' ? "true" : "null", length) != 0 || !is_after_scalar(p[length]))
      return fail("a value was expected");
    next++;
    return true;
  }

  bool number(Number &number) {
    if (!read_number(start(), number)) return fail("a malformed number");
    next++;
    return true;
  }

  // A field's name, escapes resolved, and the colon behind it; valid until the next call. Readable to data + 16.
  bool name(Slice &text) {
    if (kind() != '"') return fail("a field's name in quotes was expected");
    if (!string(text)) return false;
    if (text.size > max_key) return fail_before(RECORD_DEAD_KEY, "a field's name is too long");
    if (kind() != ':') return fail("':' was expected");
    next++;
    return true;
  }

  // The bracket that opens a container, unless it belongs to the next record already: nothing may walk through a whole batch from
  // each of its records.
  bool open() {
    if (list[next] >= stop) return fail("");
    next++;
    return true;
  }

  // Goes over a value.
  bool skip();

private:
  Bytes scratch_;
  Bytes outer_; // u64 each: of 64 containers that the one at work stands in, whether they are objects

  bool skip_scalar(uint8_t first);
  bool resolve(Slice &text);
  bool fail_before(uint32_t code, const char *message);
};

} // namespace records
#endif
