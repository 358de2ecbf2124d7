#include "Column.hpp"

namespace records {

namespace {
// Rows after which a dictionary must have paid: at most half as many values as rows (measured, dictionaries break even near
// 60 % distinct values).
constexpr uint32_t trial_rows = 256;
// A column that needed no dictionary starts without one, and tries again after so many frames.
constexpr uint32_t flat_frames = 15;
} // namespace

Column::Column(std::string name, uint8_t type, uint8_t role, bool declared, uint32_t rows_per_frame)
    : name(std::move(name)), type(type), role(role), declared(declared), capacity_(rows_per_frame) {
  size_t bytes = type == TIDE_BOOL ? (capacity_ + 7u) / 8u : type == TIDE_VARIANT || is_text() ? (capacity_ + 1u) * 4u : capacity_ * 8u;
  std::memset(data_.room(bytes), 0, bytes);
  data_.advance(bytes);
  flat_ = type == TIDE_VARIANT;
  label_.append(this->name.data(), this->name.size());
}

void Column::fill_nulls(uint32_t row) {
  if (length_ > row) {
    undo(row);
    if (length_ == row) return;
  }
  if (nulls_ == 0) {
    size_t bytes = (capacity_ + 7u) / 8u;
    valid_.clear();
    std::memset(valid_.room(bytes), 0xFF, bytes);
    valid_.advance(bytes);
  }
  nulls_ += row - length_;
  for (; length_ < row; length_++) {
    valid_.data()[length_ >> 3] &= static_cast<uint8_t>(~(1u << (length_ & 7)));
    if (type == TIDE_BOOL)
      continue; // cleared with the frame
    else if (!has_heap())
      data_.as<int64_t>()[length_] = 0;
    else if (flat_)
      data_.as<uint32_t>()[length_ + 1] = data_.as<uint32_t>()[length_];
    else
      data_.as<uint16_t>()[length_] = 0;
  }
}

void Column::put_code(uint32_t row, const uint8_t *text, size_t length) {
  values_before_ = values_.size();
  uint32_t code = values_.insert(text, length);
  data_.as<uint16_t>()[row] = static_cast<uint16_t>(code);
  length_ = row + 1;
  uint32_t rows = length_ - nulls_;
  if (values_.size() != values_before_ && ((rows > trial_rows && values_.size() * 2 > rows) || values_.size() > UINT16_MAX)) flatten();
}

void Column::flatten() {
  // Codes and offsets share data_, so the offsets are made aside.
  Bytes offsets;
  size_t bytes = (capacity_ + 1u) * 4u;
  uint32_t *into = reinterpret_cast<uint32_t *>(offsets.room(bytes));
  std::memset(into, 0, bytes);
  offsets.advance(bytes);
  heap_.clear();
  for (uint32_t row = 0; row < length_; row++) {
    bool valid = nulls_ == 0 || (valid_.data()[row >> 3] >> (row & 7) & 1);
    if (valid) {
      Slice value = values_.name(data_.as<uint16_t>()[row]);
      heap_.append(value.data, value.size);
    }
    into[row + 1] = static_cast<uint32_t>(heap_.size());
  }
  data_.swap(offsets);
  values_.clear();
  flat_ = true;
}

void Column::undo(uint32_t row) {
  bool had = length_ == row + 1;
  if (had) length_ = row;
  if (has_heap()) {
    if (flat_)
      heap_.truncate(data_.as<uint32_t>()[length_]);
    else if (had && data_.as<uint16_t>()[row] >= values_before_)
      values_.shrink(values_before_);
  } else if (type == TIDE_BOOL && had) {
    data_.data()[row >> 3] &= static_cast<uint8_t>(~(1u << (row & 7)));
  }
}

void Column::finish(uint32_t rows) {
  if (length_ != rows) fill_nulls(rows);
  // All null: there is no value for a code to name.
  if (is_text() && !flat_ && values_.size() == 0) flatten();
  encoding_ = is_text() && !flat_ ? TIDE_DICT16 : TIDE_FLAT;
}

Slice Column::data(uint32_t rows) const {
  if (type == TIDE_BOOL) return {data_.data(), (rows + 7u) / 8u};
  if (encoding_ == TIDE_DICT16) return {data_.data(), rows * 2u};
  return {data_.data(), has_heap() ? (rows + 1u) * 4u : rows * 8u};
}

void Column::clear() {
  if (type == TIDE_BOOL) std::memset(data_.data(), 0, data_.size());
  if (is_text() && flat_) {
    // A short frame says nothing about how many values there are.
    flat_frames_ = length_ - nulls_ > trial_rows ? flat_frames_ + 1 : flat_frames;
    flat_ = flat_frames_ < flat_frames;
    if (!flat_) flat_frames_ = 0;
  }
  length_ = nulls_ = 0;
  values_before_ = 0;
  heap_.clear();
  values_.clear();
  encoding_ = TIDE_FLAT;
}

} // namespace records
