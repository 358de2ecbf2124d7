#include "Names.hpp"

#include <sys/random.h>

namespace cjson {

namespace {
constexpr size_t first_slots = 64;
}

Names::Names() {
  // Names come from outside: an unknown seed keeps anyone from sending ones that share a slot.
  if (getrandom(&seed_, sizeof seed_, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof seed_))
    seed_ = reinterpret_cast<uintptr_t>(this) * 0x9E3779B97F4A7C15ull;
  std::memset(slots_.room(first_slots * 4), 0, first_slots * 4);
  slots_.advance(first_slots * 4);
  mask_ = first_slots - 1;
  uint32_t zero = 0;
  ends_.append(&zero, 4);
}

uint32_t Names::add(size_t slot, uint64_t hash, const uint8_t *text, size_t length) {
  text_.append(text, length);
  uint32_t end = static_cast<uint32_t>(text_.size());
  ends_.append(&end, 4);
  hashes_.append(&hash, 8);
  count_++;
  slots_.as<uint32_t>()[slot] = static_cast<uint32_t>(count_);
  if (count_ * 2 > mask_) grow();
  return static_cast<uint32_t>(count_ - 1);
}

void Names::grow() {
  size_t slots = (mask_ + 1) * 2;
  slots_.clear();
  std::memset(slots_.room(slots * 4), 0, slots * 4);
  slots_.advance(slots * 4);
  mask_ = slots - 1;
  for (size_t number = 0; number < count_; number++) {
    size_t i = hashes_.as<uint64_t>()[number] & mask_;
    while (slots_.as<uint32_t>()[i] != 0) i = (i + 1) & mask_;
    slots_.as<uint32_t>()[i] = static_cast<uint32_t>(number + 1);
  }
}

void Names::shrink(uint32_t size) {
  // The last string that came stands at the end of every chain that it is part of, so its slot may simply be emptied.
  for (; count_ > size; count_--) {
    size_t i = hashes_.as<uint64_t>()[count_ - 1] & mask_;
    while (slots_.as<uint32_t>()[i] != count_) i = (i + 1) & mask_;
    slots_.as<uint32_t>()[i] = 0;
  }
  text_.truncate(ends_.as<uint32_t>()[size]);
  ends_.truncate((static_cast<size_t>(size) + 1) * 4);
  hashes_.truncate(static_cast<size_t>(size) * 8);
}

void Names::clear() {
  if (count_ == 0) return;
  if (mask_ + 1 > first_slots * 64) {
    // A set that was once large would make every later clearing dear.
    slots_.clear();
    std::memset(slots_.room(first_slots * 4), 0, first_slots * 4);
    slots_.advance(first_slots * 4);
    mask_ = first_slots - 1;
  } else {
    std::memset(slots_.data(), 0, slots_.size());
  }
  count_ = 0;
  text_.clear();
  hashes_.clear();
  ends_.truncate(4);
}

} // namespace cjson
