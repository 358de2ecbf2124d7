#include <simdjson.h>

#include "Scanner.hpp"

namespace records {

Scanner::Scanner() = default;
Scanner::~Scanner() = default;

bool Scanner::scan(const uint8_t *bytes, uint64_t length) {
  if (length > capacity_ || !stage_) {
    uint64_t capacity = length < (1u << 16) ? (1u << 16) : length;
    simdjson::error_code error;
    if (stage_)
      error = stage_->set_capacity(capacity);
    else
      error = simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, stage_);
    if (error != simdjson::SUCCESS) std::abort();
    capacity_ = capacity;
  }
  simdjson::error_code error = stage_->stage1(bytes, length, simdjson::stage1_mode::regular);
  if (error == simdjson::EMPTY)
    count_ = 0;
  else if (error == simdjson::SUCCESS)
    count_ = stage_->n_structural_indexes;
  else
    return false;
  tokens_ = stage_->structural_indexes.get();
  uint32_t sentinel = static_cast<uint32_t>(length != 0 && bytes[length - 1] == '\n' ? length - 1 : length);
  for (uint32_t i = 0; i < 3; i++) tokens_[count_ + i] = sentinel;
  return true;
}

bool is_utf8(const uint8_t *bytes, uint64_t length) {
  return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}

} // namespace records
