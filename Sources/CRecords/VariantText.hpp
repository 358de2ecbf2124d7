// Values in Parquet's Variant encoding as JSON.
#ifndef TIDEMILL_CRECORDS_VARIANT_TEXT_HPP
#define TIDEMILL_CRECORDS_VARIANT_TEXT_HPP

#include <vector>

#include "Bytes.hpp"
#include "tidemill/frame.h"

namespace records {

// The names that a frame's variants number. Whatever the bytes are, nothing outside of them is read.
class VariantNames {
public:
  // Copies the dictionary; a malformed one has no names.
  void read(tide_string metadata);
  uint32_t size() const { return count_; }
  Slice name(uint32_t number) const;

private:
  Bytes bytes_;
  uint32_t count_ = 0, width_ = 1;
  size_t text_ = 0; // where the strings begin
};

// The elements of an object or array, in its order.
class VariantElements {
public:
  // False: the value is neither, or its head leaves it.
  bool open(Slice value);
  uint32_t count() const { return count_; }
  // Number of the name of an object's element.
  uint32_t name(uint32_t i) const;
  // From the element's first byte to the end of all: a value knows its own length.
  Slice value(uint32_t i) const;

private:
  uint32_t count_ = 0, id_width_ = 0, offset_width_ = 1;
  const uint8_t *ids_ = nullptr, *offsets_ = nullptr;
  Slice values_ = {nullptr, 0};
};
// The bytes of a string; false for another value.
bool read_variant_string(Slice value, Slice &text);
inline bool is_object(Slice value) { return value.size != 0 && (value.data[0] & 3) == 2; }

// Appends the value; `null` for one that is malformed or nested deeper than `depth`.
void write_variant(Bytes &into, Slice value, const VariantNames &names, uint32_t depth);

} // namespace records
#endif
