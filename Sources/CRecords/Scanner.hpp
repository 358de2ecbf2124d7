// Where the tokens of a run of JSON lines begin: simdjson's first stage, which also checks UTF-8, quotes and control characters.
#ifndef TIDEMILL_CRECORDS_SCANNER_HPP
#define TIDEMILL_CRECORDS_SCANNER_HPP

#include <cstdint>
#include <memory>

namespace simdjson::internal {
class dom_parser_implementation;
}

namespace records {

class Scanner {
public:
  Scanner();
  ~Scanner();

  // Scans bytes[0..length), at most 4 GiB. The last byte, or the one behind it, is what the list's sentinels point at: it must
  // be a line end or NUL, so that no rule of the grammar ever goes beyond it. False: they are not UTF-8, have a control character in
  // a string, or a string without end.
  bool scan(const uint8_t *bytes, uint64_t length);

  // Position of every token's first byte; behind the last there are three sentinels.
  const uint32_t *tokens() const { return tokens_; }
  uint32_t count() const { return count_; }

private:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
  uint64_t capacity_ = 0;
  uint32_t *tokens_ = nullptr;
  uint32_t count_ = 0;
};

// Whether the bytes are UTF-8.
bool is_utf8(const uint8_t *bytes, uint64_t length);

} // namespace records
#endif
