#include "Names.hpp"

#include <sys/random.h>

namespace records {

namespace {
constexpr size_t first_slots = 64;
}

Names::Names() {
  // Names come from outside: an unknown seed keeps anyone from sending ones that share a slot.
  if (getrandom(&seed_, sizeof seed_, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof seed_))
    seed_ = reinterpret_cast<uintptr_t>(this) * 0x9E3779B97F4A7C15ull;
  reset_slots(first_slots);
  uint32_t zero = 0;
  ends_.append(&zero, 4);
}

void Names::reset_slots(size_t slots) {
  slots_.clear();
  std::memset(slots_.room(slots * 8), 0, slots * 8);
  slots_.advance(slots * 8);
  mask_ = slots - 1;
}

uint64_t Names::hash_more(uint64_t hash, const uint8_t *text, size_t length) const {
  for (; length > 16; text += 16, length -= 16) hash = mix(load64(text) ^ hash, load64(text + 8) ^ seed_);
  Head last(text, length);
  return mix(last.word[0] ^ hash, last.word[1] ^ seed_);
}

uint32_t Names::add(size_t slot, uint64_t hash, const Head &head, const uint8_t *text, size_t length) {
  text_.append(text, length);
  uint32_t end = static_cast<uint32_t>(text_.size());
  ends_.append(&end, 4);
  heads_.append(&head, sizeof head);
  count_++;
  slots_.as<uint64_t>()[slot] = hash >> 32 << 32 | count_;
  if (count_ * 2 > mask_) {
    reset_slots((mask_ + 1) * 2);
    for (uint32_t number = 0; number < count_; number++) place(number);
  }
  return static_cast<uint32_t>(count_ - 1);
}

void Names::place(uint32_t number) {
  Slice text = name(number);
  uint64_t hash = hash_of(heads_.as<Head>()[number], text.data, text.size);
  size_t i = hash & mask_;
  while (slots_.as<uint64_t>()[i] != 0) i = (i + 1) & mask_;
  slots_.as<uint64_t>()[i] = hash >> 32 << 32 | (number + 1u);
}

void Names::shrink(uint32_t size) {
  // The last string that came stands at the end of every chain that it is part of, so its slot may simply be emptied.
  for (; count_ > size; count_--) {
    Slice text = name(static_cast<uint32_t>(count_ - 1));
    size_t i = hash_of(heads_.as<Head>()[count_ - 1], text.data, text.size) & mask_;
    while (static_cast<uint32_t>(slots_.as<uint64_t>()[i]) != count_) i = (i + 1) & mask_;
    slots_.as<uint64_t>()[i] = 0;
  }
  text_.truncate(ends_.as<uint32_t>()[size]);
  ends_.truncate((static_cast<size_t>(size) + 1) * 4);
  heads_.truncate(static_cast<size_t>(size) * sizeof(Head));
}

void Names::clear() {
  if (count_ == 0) return;
  // A set that was once large would make every later clearing dear.
  if (mask_ + 1 > first_slots * 64)
    reset_slots(first_slots);
  else
    std::memset(slots_.data(), 0, slots_.size());
  count_ = 0;
  text_.clear();
  heads_.clear();
  ends_.truncate(4);
}

} // namespace records
