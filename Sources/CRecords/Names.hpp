// A set of byte strings, numbered in the order of their arrival: dictionaries of columns, names of the rest's fields.
#ifndef TIDEMILL_CRECORDS_NAMES_HPP
#define TIDEMILL_CRECORDS_NAMES_HPP

#include "Bytes.hpp"

namespace records {

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
    Head head(text, length);
    uint64_t hash = hash_of(head, text, length);
    for (size_t i = hash & mask_;; i = (i + 1) & mask_) {
      uint64_t slot = slots_.as<uint64_t>()[i];
      if (slot == 0) return none;
      if (slot >> 32 == hash >> 32 && equals(static_cast<uint32_t>(slot) - 1, head, text, length))
        return static_cast<uint32_t>(slot) - 1;
    }
  }

  // The same, and adds the string.
  uint32_t insert(const uint8_t *text, size_t length) {
    Head head(text, length);
    uint64_t hash = hash_of(head, text, length);
    size_t i = hash & mask_;
    for (;; i = (i + 1) & mask_) {
      uint64_t slot = slots_.as<uint64_t>()[i];
      if (__builtin_expect(slot == 0, 0)) return add(i, hash, head, text, length);
      if (slot >> 32 == hash >> 32 && equals(static_cast<uint32_t>(slot) - 1, head, text, length))
        return static_cast<uint32_t>(slot) - 1;
    }
  }

  // Forgets the last strings until `size` are left.
  void shrink(uint32_t size);
  void clear();
  void swap(Names &other) {
    text_.swap(other.text_);
    ends_.swap(other.ends_);
    heads_.swap(other.heads_);
    slots_.swap(other.slots_);
    std::swap(count_, other.count_);
    std::swap(mask_, other.mask_);
    std::swap(seed_, other.seed_);
  }

private:
  // A string's first 16 bytes, what lies behind it masked off: with the length, all of a short string.
  struct Head {
    uint64_t word[2];
    uint64_t length;
    Head(const uint8_t *text, size_t size) : word{load64(text), load64(text + 8)}, length(size) {
      if (size < 8) {
        word[0] &= (1ull << (size * 8)) - 1;
        word[1] = 0;
      } else if (size < 16) {
        word[1] &= (1ull << ((size - 8) * 8)) - 1;
      }
    }
  };

  Bytes text_, ends_;
  Bytes heads_; // Head of every string
  Bytes slots_; // u64: the hash's upper half, number + 1; 0 = free
  size_t count_ = 0;
  size_t mask_ = 0;
  uint64_t seed_;

  static uint64_t mix(uint64_t a, uint64_t b) {
    uint128 product = static_cast<uint128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  uint64_t hash_of(const Head &head, const uint8_t *text, size_t length) const {
    uint64_t hash = mix(head.word[0] ^ seed_, head.word[1] ^ length ^ 0x9E3779B97F4A7C15ull);
    return __builtin_expect(length > 16, 0) ? hash_more(hash, text + 16, length - 16) : hash;
  }
  uint64_t hash_more(uint64_t hash, const uint8_t *text, size_t length) const;
  bool equals(uint32_t number, const Head &head, const uint8_t *text, size_t length) const {
    const Head &known = heads_.as<Head>()[number];
    if (((known.word[0] ^ head.word[0]) | (known.word[1] ^ head.word[1]) | (known.length ^ length)) != 0) return false;
    return length <= 16 || std::memcmp(name(number).data, text, length) == 0;
  }
  uint32_t add(size_t slot, uint64_t hash, const Head &head, const uint8_t *text, size_t length);
  void place(uint32_t number);
  void reset_slots(size_t slots);
};

} // namespace records
#endif
