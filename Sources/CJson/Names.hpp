// A set of byte strings, numbered in the order of their arrival: dictionaries of columns, names of the rest's fields.
#ifndef TIDEMILL_CJSON_NAMES_HPP
#define TIDEMILL_CJSON_NAMES_HPP

#include "Bytes.hpp"

namespace cjson {

class Names {
public:
  static constexpr uint32_t none = UINT32_MAX;

  Names();

  uint32_t size() const { return static_cast<uint32_t>(count_); }
  size_t bytes() const { return text_.size(); }
  Slice name(uint32_t number) const {
    const uint32_t *ends = ends_.as<uint32_t>();
    return {text_.data() + ends[number], ends[number + 1] - ends[number]};
  }
  // All strings back to back, and size() + 1 offsets into them.
  const uint8_t *text() const { return text_.data(); }
  const uint32_t *offsets() const { return ends_.as<uint32_t>(); }

  // The number of a string; `none` when it is not in the set. The bytes must be readable to `text + 16`.
  uint32_t find(const uint8_t *text, size_t length) const {
    uint64_t hash = hash_of(text, length);
    for (size_t i = hash & mask_;; i = (i + 1) & mask_) {
      uint32_t number = slots_.as<uint32_t>()[i];
      if (number == 0) return none;
      if (equals(number - 1, hash, text, length)) return number - 1;
    }
  }

  // The same, and adds the string.
  uint32_t insert(const uint8_t *text, size_t length) {
    uint64_t hash = hash_of(text, length);
    size_t i = hash & mask_;
    for (;; i = (i + 1) & mask_) {
      uint32_t number = slots_.as<uint32_t>()[i];
      if (number == 0) break;
      if (equals(number - 1, hash, text, length)) return number - 1;
    }
    return add(i, hash, text, length);
  }

  // Forgets the last strings until `size` are left.
  void shrink(uint32_t size);
  void clear();
  void swap(Names &other) {
    text_.swap(other.text_);
    ends_.swap(other.ends_);
    hashes_.swap(other.hashes_);
    slots_.swap(other.slots_);
    std::swap(count_, other.count_);
    std::swap(mask_, other.mask_);
    std::swap(seed_, other.seed_);
  }

private:
  Bytes text_, ends_, hashes_, slots_;
  size_t count_ = 0;
  size_t mask_ = 0;
  uint64_t seed_;

  static uint64_t mix(uint64_t a, uint64_t b) {
    unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  // Two words of at most 16 bytes with what lies behind them masked off.
  static void words(const uint8_t *text, size_t length, uint64_t &a, uint64_t &b) {
    a = load64(text);
    b = load64(text + 8);
    if (length < 8) {
      a &= (1ull << (length * 8)) - 1;
      b = 0;
    } else if (length < 16) {
      b &= (1ull << ((length - 8) * 8)) - 1;
    }
  }
  uint64_t hash_of(const uint8_t *text, size_t length) const {
    uint64_t state = seed_ ^ length, a, b;
    for (; length > 16; text += 16, length -= 16) state = mix(load64(text) ^ state, load64(text + 8) ^ 0x9E3779B97F4A7C15ull);
    words(text, length, a, b);
    return mix(a ^ state, b ^ seed_);
  }
  bool equals(uint32_t number, uint64_t hash, const uint8_t *text, size_t length) const {
    if (hashes_.as<uint64_t>()[number] != hash) return false;
    Slice known = name(number);
    return known.size == length && (length == 0 || std::memcmp(known.data, text, length) == 0);
  }
  uint32_t add(size_t slot, uint64_t hash, const uint8_t *text, size_t length);
  void grow();
};

} // namespace cjson
#endif
