// Values of any type in Parquet's Variant encoding (github.com/apache/parquet-format, VariantEncoding.md, version 1), with one
// dictionary of field names for all values of a frame.
#ifndef TIDEMILL_CRECORDS_VARIANT_HPP
#define TIDEMILL_CRECORDS_VARIANT_HPP

#include <vector>

#include "Names.hpp"
#include "Tokens.hpp"

namespace records {

namespace variant {
enum Basic : uint8_t { primitive = 0, short_string = 1, object = 2, array = 3 };
enum Primitive : uint8_t {
  null = 0,
  true_value = 1,
  false_value = 2,
  int8 = 3,
  int16 = 4,
  int32 = 5,
  int64 = 6,
  float64 = 7,
  decimal4 = 8,
  decimal8 = 9,
  decimal16 = 10,
  date = 11,
  timestamp = 12,
  timestamp_local = 13,
  float32 = 14,
  binary = 15,
  string = 16,
  time = 17,
  timestamp_ns = 18,
  timestamp_local_ns = 19,
  uuid = 20
};
// Elements of one object or array, as the frame validator allows (rule 30 of docs/frames.md).
constexpr size_t max_elements = 65536;

// Little-endian, of 1 to 4 bytes.
inline uint32_t load(const uint8_t *p, uint32_t width) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < width; i++) value |= static_cast<uint32_t>(p[i]) << (8 * i);
  return value;
}
inline uint8_t *put(uint8_t *p, uint32_t value, uint32_t width) {
  for (uint32_t i = 0; i < width; i++) p[i] = static_cast<uint8_t>(value >> (8 * i));
  return p + width;
}
inline uint32_t width_of(uint64_t value) { return value < 1u << 8 ? 1 : value < 1u << 16 ? 2 : value < 1u << 24 ? 3 : 4; }
} // namespace variant

class VariantWriter {
public:
  // Appends the value at the reader's next token, which stands in `depth` containers, to `heap`.
  bool value(Tokens &tokens, Bytes &heap, uint32_t depth);

  void string(const uint8_t *text, size_t length, Bytes &heap);
  void null(Bytes &heap);
  void number(const Number &number, Bytes &heap);
  // The same, but zeros at the end of a fraction stay, too: what is written again is the same text, unless that has an exponent.
  void number_as_written(const Number &number, Bytes &heap);
  // Whether it is written as a number; else no type holds it, and its text is a string.
  static bool is_number(const Number &number);

  // An object that is put together by hand: its values go to the heap from `start` on, each followed by `field`; `close` turns
  // them into the object. Of two fields with one name the last stays; `drop` takes back the field of that name.
  struct Field {
    uint32_t name, from, to;
  };
  void field(uint32_t name, size_t start, size_t from, size_t to) {
    fields_.push_back({name, static_cast<uint32_t>(from - start), static_cast<uint32_t>(to - start)});
  }
  size_t open_fields() const { return fields_.size(); }
  void drop(uint32_t name, size_t first);
  bool close(Bytes &heap, size_t start, size_t first);
  void abandon() { fields_.clear(), ends_.clear(); }

  // Names get numbers in the order of their arrival until the frame is finished.
  uint32_t name(const uint8_t *text, size_t length) {
    uint32_t number = names_.insert(text, length);
    if (number == used_.size()) used_.push_back(0);
    used_[number] = 1;
    return number;
  }
  void use(uint32_t number) { used_[number] = 1; }
  // Changes whenever numbers get another meaning.
  uint32_t generation() const { return generation_; }
  uint32_t names() const { return names_.size(); }
  void shrink_names(uint32_t size);

  // Numbers the names by their order, leaves out the unused ones, and writes the values anew if that changes any.
  // `offsets` has rows + 1 entries.
  struct Values {
    Bytes *heap;
    uint32_t *offsets;
    uint32_t rows;
  };
  void finish(const std::vector<Values> &columns);
  // After finish: the dictionary as Variant metadata.
  size_t metadata_bytes() const;
  void write_metadata(uint8_t *into) const;
  // At most so many bytes will the dictionary take.
  size_t name_bytes() const { return names_.bytes() + names_.size() * 4u; }

  void clear() { std::fill(used_.begin(), used_.end(), static_cast<uint8_t>(0)); }

private:
  Names names_;
  std::vector<uint8_t> used_;
  std::vector<Field> fields_;
  std::vector<uint32_t> ends_;
  std::vector<uint32_t> renumbered_;
  Bytes text_;
  uint32_t generation_ = 0;

  bool object(Tokens &tokens, Bytes &heap, uint32_t depth);
  bool array(Tokens &tokens, Bytes &heap, uint32_t depth);
  void close_array(Bytes &heap, size_t start, size_t first);
  void compact(Bytes &heap, size_t start, size_t first);
  void rewrite(const uint8_t *value, size_t length, Bytes &heap);
  bool is_in_order() const;
};

} // namespace records
#endif
