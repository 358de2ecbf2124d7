// Where the cells of a run of CSV (RFC 4180) end: delimiters, line ends and quotes, found 64 bytes at a time.
#ifndef TIDEMILL_CRECORDS_CELLS_HPP
#define TIDEMILL_CRECORDS_CELLS_HPP

#include <vector>

#include "Bytes.hpp"

namespace records {

// One ASCII character that no cell of numbers or words has, and no quote or line end.
inline bool is_delimiter(uint8_t c) {
  bool is_letter = static_cast<uint8_t>((c | 0x20) - 'a') < 26, is_digit = static_cast<uint8_t>(c - '0') < 10;
  return c == '\t' || (c >= ' ' && c < 0x7F && !is_letter && !is_digit && c != '"');
}

// A cell of a record, by its place in the bytes. Of a quoted one the quotes are left out.
struct Cell {
  uint32_t from, to;
  bool quoted;
  bool doubled; // two quotes inside stand for one
};

// The cells of one record after each other, from marks.
struct CellReader {
  const uint8_t *bytes;
  const uint32_t *marks; // of Cells, from the record's first on
  const uint32_t *end;
  uint8_t delimiter;

  // Appends the record that begins at `from` to `cells`, and moves `marks` behind its line end. NULL, or what is wrong and `at`.
  const char *record(uint32_t from, std::vector<Cell> &cells, uint32_t &at);
};

// Positions of marks: every quote, and every delimiter and line end that stands outside of quotes, as long as quotes are paired.
class Cells {
public:
  explicit Cells(uint8_t delimiter) : delimiter_(delimiter) {}

  // A record begins at the first byte of the next scan.
  void restart();
  // Goes on where the last scan ended, in the same bytes and more of them; they need not stand where they stood.
  void scan(const uint8_t *bytes, uint64_t length);

  const uint32_t *marks() const { return marks_.as<uint32_t>(); }
  uint32_t count() const { return static_cast<uint32_t>(marks_.size() / 4); }
  // Behind the last line end that is a mark; 0 without one.
  uint64_t end() const { return end_; }
  uint64_t scanned() const { return scanned_; }

private:
  const uint8_t delimiter_;
  Bytes marks_;
  uint64_t scanned_ = 0, end_ = 0;
  uint64_t inside_ = 0; // all ones inside of quotes
  // The state before the last, partial block: it is scanned again when more has come.
  uint64_t block_ = 0, block_inside_ = 0;
  size_t block_marks_ = 0;

  void block(const uint8_t *bytes, uint64_t from, uint64_t allowed);
};

// The text of a quoted cell with doubled quotes as one; `into` has room for it.
size_t undouble(const uint8_t *text, size_t length, uint8_t *into);

// Appends a cell, in quotes where it needs them: empty (without quotes that is a null), or with a quote, a line end or the
// delimiter in it.
void write_cell(Bytes &into, const uint8_t *text, size_t length, uint8_t delimiter);

} // namespace records
#endif
