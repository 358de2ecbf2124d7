#include "VariantText.hpp"

#include "Digits.hpp"
#include "Text.hpp"
#include "Time.hpp"
#include "Variant.hpp"

namespace records {

using namespace variant;

void VariantNames::read(tide_string metadata) {
  count_ = 0;
  bytes_.clear();
  if (metadata.length < 2) return;
  const uint8_t *p = reinterpret_cast<const uint8_t *>(metadata.data);
  uint32_t width = (p[0] >> 6) + 1u;
  if (metadata.length < 1 + width) return;
  uint32_t count = load(p + 1, width);
  uint64_t text = 1 + (static_cast<uint64_t>(count) + 2) * width;
  if (text > metadata.length) return;
  bytes_.append(p, metadata.length);
  count_ = count;
  width_ = width;
  text_ = text;
}

Slice VariantNames::name(uint32_t number) const {
  if (number >= count_) return {bytes_.data(), 0};
  const uint8_t *offsets = bytes_.data() + 1 + width_;
  uint32_t from = load(offsets + number * width_, width_), to = load(offsets + (number + 1) * width_, width_);
  if (to < from || to > bytes_.size() - text_) return {bytes_.data(), 0};
  return {bytes_.data() + text_ + from, to - from};
}

bool VariantElements::open(Slice value) {
  if (value.size < 2 || (value.data[0] & 3) < Basic::object) return false;
  bool object = is_object(value);
  uint32_t bits = value.data[0] >> 2, counter = bits >> (object ? 4 : 2) & 1 ? 4 : 1;
  if (value.size < 1 + counter) return false;
  offset_width_ = (bits & 3) + 1;
  id_width_ = object ? (bits >> 2 & 3) + 1 : 0;
  count_ = load(value.data + 1, counter);
  uint64_t count = count_, head = 1 + counter + count * id_width_ + (count + 1) * offset_width_;
  if (head > value.size) return false;
  ids_ = value.data + 1 + counter;
  offsets_ = ids_ + count * id_width_;
  values_ = {value.data + head, value.size - head};
  return true;
}

uint32_t VariantElements::name(uint32_t i) const { return load(ids_ + static_cast<uint64_t>(i) * id_width_, id_width_); }

Slice VariantElements::value(uint32_t i) const {
  uint32_t from = load(offsets_ + static_cast<uint64_t>(i) * offset_width_, offset_width_);
  return from < values_.size ? Slice{values_.data + from, values_.size - from} : Slice{values_.data, 0};
}

bool read_variant_string(Slice value, Slice &text) {
  if (value.size == 0) return false;
  bool is_short = (value.data[0] & 3) == Basic::short_string;
  if (!is_short && (value.data[0] != Primitive::string << 2 || value.size < 5)) return false;
  size_t head = is_short ? 1 : 5, length = is_short ? value.data[0] >> 2 : load(value.data + 1, 4);
  if (length > value.size - head) return false;
  text = {value.data + head, length};
  return true;
}

namespace {

template <class T> T number(const uint8_t *p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

void put_text(Bytes &into, const uint8_t *text, const uint8_t *end) {
  into.append("\"", 1);
  into.append(text, static_cast<size_t>(end - text));
  into.append("\"", 1);
}

// A time in `unit` ns; beyond the years of ns timestamps it is given as the number.
void put_timestamp(Bytes &into, int64_t value, int64_t unit, bool zone) {
  uint8_t text[48];
  int64_t time;
  if (__builtin_mul_overflow(value, unit, &time)) {
    put_integer(into, value);
    return;
  }
  uint8_t *end = write_rfc3339(text, time);
  put_text(into, text, zone ? end : end - 1);
}

bool put_primitive(Bytes &into, Slice value) {
  static constexpr uint8_t sizes[] = {0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 4, 4, 8, 8, 8, 16};
  uint8_t type = value.data[0] >> 2;
  const uint8_t *p = value.data + 1;
  if (type >= sizeof sizes || value.size - 1 < sizes[type]) return false;
  uint8_t text[40];
  switch (type) {
  case Primitive::null: into.append("null", 4); return true;
  case true_value: into.append("true", 4); return true;
  case false_value: into.append("false", 5); return true;
  case int8: put_integer(into, number<int8_t>(p)); return true;
  case int16: put_integer(into, number<int16_t>(p)); return true;
  case int32: put_integer(into, number<int32_t>(p)); return true;
  case int64: put_integer(into, number<int64_t>(p)); return true;
  case float64: write_double(into, number<double>(p)); return true;
  case float32: write_float(into, number<float>(p)); return true;
  case decimal4: put_decimal(into, number<int32_t>(p + 1), p[0]); return true;
  case decimal8: put_decimal(into, number<int64_t>(p + 1), p[0]); return true;
  case decimal16: put_decimal(into, number<int128>(p + 1), p[0]); return true;
  case date: put_text(into, text, write_date(text, number<int32_t>(p))); return true;
  case timestamp:
  case timestamp_local: put_timestamp(into, number<int64_t>(p), 1000, type == timestamp); return true;
  case timestamp_ns:
  case timestamp_local_ns: put_timestamp(into, number<int64_t>(p), 1, type == timestamp_ns); return true;
  case variant::time: {
    int64_t of_day = number<int64_t>(p);
    if (of_day < 0 || of_day >= 86400000000) return false;
    put_text(into, text, write_time_of_day(text, of_day * 1000));
    return true;
  }
  case uuid: {
    static constexpr char hex[] = "0123456789abcdef";
    uint8_t *out = text;
    for (int i = 0; i < 16; i++) {
      if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
      *out++ = static_cast<uint8_t>(hex[p[i] >> 4]);
      *out++ = static_cast<uint8_t>(hex[p[i] & 15]);
    }
    put_text(into, text, out);
    return true;
  }
  case binary:
  case Primitive::string: {
    uint32_t length = number<uint32_t>(p);
    if (length > value.size - 5) return false;
    if (type == Primitive::string) {
      write_string(into, p + 4, length);
      return true;
    }
    into.append("\"", 1);
    write_base64(into, p + 4, length);
    into.append("\"", 1);
    return true;
  }
  default: return false;
  }
}

bool put_value(Bytes &into, Slice value, const VariantNames &names, uint32_t depth) {
  if (value.size == 0) return false;
  uint8_t basic = value.data[0] & 3;
  if (basic == Basic::primitive) return put_primitive(into, value);
  if (basic == Basic::short_string) {
    size_t length = value.data[0] >> 2;
    if (length > value.size - 1) return false;
    write_string(into, value.data + 1, length);
    return true;
  }
  VariantElements elements;
  if (depth == 0 || !elements.open(value)) return false;
  bool object = basic == Basic::object;
  into.append(object ? "{" : "[", 1);
  for (uint32_t i = 0; i < elements.count(); i++) {
    if (i != 0) into.append(",", 1);
    if (object) {
      Slice name = names.name(elements.name(i));
      write_string(into, name.data, name.size);
      into.append(":", 1);
    }
    if (!put_value(into, elements.value(i), names, depth - 1)) return false;
  }
  into.append(object ? "}" : "]", 1);
  return true;
}

} // namespace

void write_variant(Bytes &into, Slice value, const VariantNames &names, uint32_t depth) {
  size_t start = into.size();
  if (put_value(into, value, names, depth)) return;
  into.truncate(start);
  into.append("null", 4);
}

} // namespace records
