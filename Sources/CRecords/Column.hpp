// One column of the frame that is being filled.
#ifndef TIDEMILL_CRECORDS_COLUMN_HPP
#define TIDEMILL_CRECORDS_COLUMN_HPP

#include <string>

#include "Names.hpp"
#include "Number.hpp"
#include "tidemill/frame.h"

namespace records {

// Rows come in order; a row that gets no value before a later one does is null. Its slot is then zero.
class Column {
public:
  Column(std::string name, uint8_t type, uint8_t role, bool declared, uint32_t rows_per_frame);

  const std::string name;
  // The same, readable to data + 16.
  Slice label() const { return {label_.data(), name.size()}; }
  const uint8_t type, role;
  const bool declared;
  bool exact = false;   // takes only numbers that would be the same in a variant
  bool numbers = false; // cells that are numbers stay numbers where nothing casts them
  bool spills = false;  // what does not fit goes to the rest
  // Whether -0 is none of its integers, since it can stay as it is elsewhere.
  bool refuses(const Number &number) const { return number.digits == 0 && number.negative && spills && !declared; }
  // Form of a TIME column in its source (RECORD_TIME_*); of this frame's rows.
  uint16_t param = 0;

  // ---- the record at work, kept by Cast.cpp
  enum class State : uint8_t { absent, value, null, stray, bad };
  uint64_t record = 0; // number of the record that this state is of
  State state = State::absent;
  uint64_t at = 0; // of a bad value

  // ---- values; `row` is the row that is being filled
  void put_i64(uint32_t row, int64_t value) {
    fill(row);
    data_.as<int64_t>()[row] = value;
    length_ = row + 1;
  }
  void put_f64(uint32_t row, double value) {
    fill(row);
    data_.as<double>()[row] = value;
    length_ = row + 1;
  }
  void put_bool(uint32_t row, bool value) {
    fill(row);
    data_.data()[row >> 3] |= static_cast<uint8_t>(value << (row & 7));
    length_ = row + 1;
  }
  // The bytes must be readable to `text + 16`.
  void put_bytes(uint32_t row, const uint8_t *text, size_t length) {
    fill(row);
    if (flat_) {
      heap_.append(text, length);
      data_.as<uint32_t>()[row + 1] = static_cast<uint32_t>(heap_.size());
      length_ = row + 1;
    } else {
      put_code(row, text, length);
    }
  }
  // Variants are written to the heap first, from heap().size() on; then they end at its end.
  Bytes &heap() { return heap_; }
  void put_heap(uint32_t row) {
    fill(row);
    data_.as<uint32_t>()[row + 1] = static_cast<uint32_t>(heap_.size());
    length_ = row + 1;
  }

  bool has(uint32_t row) const { return length_ > row; }
  int64_t i64(uint32_t row) const { return data_.as<int64_t>()[row]; }

  // Takes back what `row`, the last one, got; also a heap that has grown without put_heap.
  void undo(uint32_t row);

  // ---- the frame
  // Bytes of its buffers so far without those that every row needs.
  size_t growing_bytes() const { return heap_.size() + values_.bytes(); }
  // Makes all rows exist and chooses the encoding; more rows may follow.
  void finish(uint32_t rows);
  // After finish:
  uint8_t encoding() const { return encoding_; }
  uint32_t nulls() const { return nulls_; }
  // Bits behind the last row are not zero.
  const uint8_t *valid() const { return valid_.data(); }
  Slice data(uint32_t rows) const;
  Slice heap_bytes() const { return {heap_.data(), heap_.size()}; }
  const Names &dictionary() const { return values_; }
  uint32_t *offsets() { return data_.as<uint32_t>(); }

  void clear();

private:
  bool is_text() const { return type == TIDE_UTF8 || type == TIDE_BINARY; }
  bool has_heap() const { return is_text() || type == TIDE_VARIANT; }
  void fill(uint32_t row) {
    if (__builtin_expect(length_ != row, 0)) fill_nulls(row);
  }
  void fill_nulls(uint32_t row);
  void put_code(uint32_t row, const uint8_t *text, size_t length);
  void flatten();

  const uint32_t capacity_;
  uint32_t length_ = 0;
  uint32_t nulls_ = 0;
  bool flat_ = false;     // heap and offsets; else codes into values_
  uint8_t encoding_ = TIDE_FLAT;
  uint32_t flat_frames_ = 0;
  uint32_t values_before_ = 0; // distinct values before the last put_code
  Bytes label_, data_, valid_, heap_;
  Names values_;
};

} // namespace records
#endif
