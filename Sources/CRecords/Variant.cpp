#include "Variant.hpp"

#include <algorithm>

namespace records {

using namespace variant;

namespace {

constexpr char too_deep[] = "nested too deep for a value that is kept";

uint8_t primitive_header(uint8_t type) { return static_cast<uint8_t>(type << 2 | Basic::primitive); }

template <class T> void put_primitive(Bytes &heap, uint8_t type, T value) {
  uint8_t *p = heap.room(1 + sizeof value);
  *p = primitive_header(type);
  store(p + 1, value);
  heap.advance(1 + sizeof value);
}

void put_decimal16(Bytes &heap, int128 value, uint8_t scale) {
  uint8_t *p = heap.room(18);
  p[0] = primitive_header(decimal16);
  p[1] = scale;
  store(p + 2, value);
  heap.advance(18);
}

} // namespace

bool VariantWriter::value(Tokens &tokens, Bytes &heap, uint32_t depth) {
  uint8_t first = tokens.kind();
  Slice text;
  Number literal;
  switch (first) {
  case '"':
    if (!tokens.string(text)) return false;
    string(text.data, text.size, heap);
    return true;
  case '{': return object(tokens, heap, depth);
  case '[': return array(tokens, heap, depth);
  case 't':
  case 'f':
  case 'n':
    if (!tokens.literal(first)) return false;
    heap.append(primitive_header(first == 't' ? true_value : first == 'f' ? false_value : Primitive::null));
    return true;
  default:
    if (!tokens.number(literal)) return false;
    number(literal, heap);
    return true;
  }
}

void VariantWriter::string(const uint8_t *text, size_t length, Bytes &heap) {
  uint8_t *p = heap.room(length + 5);
  if (length < 64) {
    *p++ = static_cast<uint8_t>(length << 2 | Basic::short_string);
  } else {
    *p++ = primitive_header(Primitive::string);
    p = put(p, static_cast<uint32_t>(length), 4);
  }
  std::memcpy(p, text, length);
  heap.end_at(p + length);
}

void VariantWriter::null(Bytes &heap) { heap.append(primitive_header(Primitive::null)); }

void VariantWriter::number(const Number &number, Bytes &heap) {
  int64_t integer;
  int128 large;
  uint8_t scale;
  double nearest;
  bool minus_zero = number.negative && number.digits == 0;
  if (!minus_zero && to_i64(number, integer)) {
    if (integer == static_cast<int8_t>(integer))
      put_primitive(heap, int8, static_cast<int8_t>(integer));
    else if (integer == static_cast<int16_t>(integer))
      put_primitive(heap, int16, static_cast<int16_t>(integer));
    else if (integer == static_cast<int32_t>(integer))
      put_primitive(heap, int32, static_cast<int32_t>(integer));
    else
      put_primitive(heap, int64, integer);
  } else if ((minus_zero || !number.integer) && to_double(number, nearest) && is_faithful(number, nearest)) {
    put_primitive(heap, float64, nearest);
  } else if (to_decimal(number, large, scale)) {
    put_decimal16(heap, large, scale);
  } else {
    // No type holds it; its text does.
    string(number.begin, static_cast<size_t>(number.end - number.begin), heap);
  }
}

void VariantWriter::number_as_written(const Number &number, Bytes &heap) {
  const uint8_t *p = number.begin + number.negative;
  double nearest;
  uint128 whole = 0;
  uint32_t digits = 0, scale = 0;
  bool fraction = false;
  for (; p < number.end; p++) {
    if (*p == '.') {
      fraction = true;
      continue;
    }
    // A decimal has 38 digits, and an exponent is not kept.
    if (*p < '0' || digits == 38) return this->number(number, heap);
    whole = whole * 10 + (*p - '0');
    digits += whole != 0;
    scale += fraction;
    if (*p > '9' || scale > 38) return this->number(number, heap);
  }
  if (!fraction || (number.negative && whole == 0)) return this->number(number, heap);
  if (to_double(number, nearest)) {
    text_.clear();
    write_double(text_, nearest);
    if (text_.size() == static_cast<size_t>(number.end - number.begin) && std::memcmp(text_.data(), number.begin, text_.size()) == 0)
      return put_primitive(heap, float64, nearest);
  }
  put_decimal16(heap, number.negative ? -static_cast<int128>(whole) : static_cast<int128>(whole), static_cast<uint8_t>(scale));
}

bool VariantWriter::is_number(const Number &number) {
  int128 large;
  uint8_t scale;
  double nearest;
  if (is_plain(number)) return true;
  return (!number.integer && to_double(number, nearest) && is_faithful(number, nearest)) || to_decimal(number, large, scale);
}

bool VariantWriter::object(Tokens &tokens, Bytes &heap, uint32_t depth) {
  if (depth >= tokens.max_depth) return tokens.fail(RECORD_DEAD_DEPTH, too_deep);
  size_t start = heap.size(), first = fields_.size();
  uint32_t at = tokens.next;
  if (!tokens.open()) return false;
  if (tokens.kind() == '}') {
    tokens.next++;
    return close(heap, start, first);
  }
  for (;;) {
    Slice text;
    if (!tokens.name(text)) return false;
    uint32_t number = name(text.data, text.size);
    size_t from = heap.size();
    if (!value(tokens, heap, depth + 1)) return false;
    field(number, start, from, heap.size());
    uint8_t mark = tokens.kind();
    if (mark != ',' && mark != '}') return tokens.fail("',' or '}' was expected");
    tokens.next++;
    if (mark == '}') break;
  }
  if (close(heap, start, first)) return true;
  tokens.next = at;
  return tokens.fail(RECORD_DEAD_FRAME, "more than 65536 fields in one object");
}

bool VariantWriter::array(Tokens &tokens, Bytes &heap, uint32_t depth) {
  if (depth >= tokens.max_depth) return tokens.fail(RECORD_DEAD_DEPTH, too_deep);
  size_t start = heap.size(), first = ends_.size();
  if (!tokens.open()) return false;
  if (tokens.kind() == ']') {
    tokens.next++;
  } else {
    for (;;) {
      if (ends_.size() - first == max_elements) return tokens.fail(RECORD_DEAD_FRAME, "more than 65536 values in one array");
      if (!value(tokens, heap, depth + 1)) return false;
      ends_.push_back(static_cast<uint32_t>(heap.size() - start));
      uint8_t mark = tokens.kind();
      if (mark != ',' && mark != ']') return tokens.fail("',' or ']' was expected");
      tokens.next++;
      if (mark == ']') break;
    }
  }
  close_array(heap, start, first);
  return true;
}

void VariantWriter::close_array(Bytes &heap, size_t start, size_t first) {
  size_t count = ends_.size() - first, bytes = heap.size() - start;
  bool large = count > 255;
  uint32_t width = width_of(bytes);
  size_t header = 1 + (large ? 4 : 1) + (count + 1) * width;
  heap.room(header);
  uint8_t *p = heap.data() + start;
  std::memmove(p + header, p, bytes);
  *p++ = static_cast<uint8_t>((width - 1) << 2 | (large ? 1 : 0) << 4 | Basic::array);
  p = put(p, static_cast<uint32_t>(count), large ? 4 : 1);
  p = put(p, 0, width);
  for (size_t i = first; i < ends_.size(); i++) p = put(p, ends_[i], width);
  heap.advance(header);
  ends_.resize(first);
}

void VariantWriter::drop(uint32_t name, size_t first) {
  for (size_t i = first; i < fields_.size(); i++)
    if (fields_[i].name == name) fields_[i].name = Names::none;
}

bool VariantWriter::close(Bytes &heap, size_t start, size_t first) {
  Field *fields = fields_.data() + first;
  size_t count = fields_.size() - first;
  bool ordered = true;
  for (size_t i = 0; i < count; i++) ordered &= fields[i].name != Names::none && (i == 0 || fields[i - 1].name < fields[i].name);
  if (!ordered) {
    auto before = [](const Field &a, const Field &b) { return a.name != b.name ? a.name < b.name : a.from < b.from; };
    std::sort(fields, fields + count, before);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
      if (fields[i].name != Names::none && (i + 1 == count || fields[i].name != fields[i + 1].name)) fields[kept++] = fields[i];
    if (kept != count) {
      fields_.resize(first + kept);
      count = kept;
      compact(heap, start, first);
      fields = fields_.data() + first;
    }
  }
  if (count > max_elements) return false;
  size_t bytes = heap.size() - start;
  bool large = count > 255;
  uint32_t width = width_of(bytes), names = count == 0 ? 1 : width_of(fields[count - 1].name);
  size_t header = 1 + (large ? 4 : 1) + count * names + (count + 1) * width;
  heap.room(header);
  uint8_t *p = heap.data() + start;
  std::memmove(p + header, p, bytes);
  *p++ = static_cast<uint8_t>((width - 1) << 2 | (names - 1) << 4 | (large ? 1 : 0) << 6 | Basic::object);
  p = put(p, static_cast<uint32_t>(count), large ? 4 : 1);
  for (size_t i = 0; i < count; i++) p = put(p, fields[i].name, names);
  for (size_t i = 0; i < count; i++) p = put(p, fields[i].from, width);
  put(p, static_cast<uint32_t>(bytes), width);
  heap.advance(header);
  fields_.resize(first);
  return true;
}

// Closes the holes that fields which are gone have left between the values.
void VariantWriter::compact(Bytes &heap, size_t start, size_t first) {
  std::vector<Field *> places;
  for (size_t i = first; i < fields_.size(); i++) places.push_back(&fields_[i]);
  std::sort(places.begin(), places.end(), [](const Field *a, const Field *b) { return a->from < b->from; });
  uint8_t *values = heap.data() + start;
  uint32_t end = 0;
  for (Field *field : places) {
    uint32_t length = field->to - field->from;
    std::memmove(values + end, values + field->from, length);
    field->from = end;
    field->to = end += length;
  }
  heap.truncate(start + end);
}

void VariantWriter::shrink_names(uint32_t size) {
  if (names_.size() == size) return;
  names_.shrink(size);
  used_.resize(size);
  generation_++;
}

bool VariantWriter::is_in_order() const {
  for (uint32_t i = 0; i < names_.size(); i++) {
    if (!used_[i]) return false;
    if (i == 0) continue;
    Slice a = names_.name(i - 1), b = names_.name(i);
    int order = std::memcmp(a.data, b.data, std::min(a.size, b.size));
    if (order > 0 || (order == 0 && a.size >= b.size)) return false;
  }
  return true;
}

void VariantWriter::finish(const std::vector<Values> &columns) {
  if (is_in_order()) return;
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < names_.size(); i++)
    if (used_[i]) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](uint32_t i, uint32_t j) {
    Slice a = names_.name(i), b = names_.name(j);
    int order = std::memcmp(a.data, b.data, std::min(a.size, b.size));
    return order != 0 ? order < 0 : a.size < b.size;
  });
  renumbered_.assign(names_.size(), 0);
  Names ordered;
  for (uint32_t i = 0; i < order.size(); i++) {
    renumbered_[order[i]] = i;
    Slice name = names_.name(order[i]);
    ordered.insert(name.data, name.size);
  }
  for (const Values &column : columns) {
    Bytes heap;
    heap.room(column.heap->size());
    uint32_t from = 0;
    for (uint32_t row = 0; row < column.rows; row++) {
      uint32_t to = column.offsets[row + 1];
      if (to != from) rewrite(column.heap->data() + from, to - from, heap);
      column.offsets[row + 1] = static_cast<uint32_t>(heap.size());
      from = to;
    }
    column.heap->swap(heap);
  }
  names_.swap(ordered);
  used_.assign(names_.size(), 1);
  generation_++;
}

void VariantWriter::rewrite(const uint8_t *value, size_t length, Bytes &heap) {
  uint8_t basic = *value & 3, header = *value >> 2;
  if (basic != Basic::object && basic != Basic::array) {
    heap.append(value, length);
    return;
  }
  bool is_object = basic == Basic::object;
  uint32_t width = (header & 3u) + 1, names = is_object ? (header >> 2 & 3u) + 1 : 0;
  uint32_t counter = header >> (is_object ? 4 : 2) & 1 ? 4 : 1;
  uint32_t count = load(value + 1, counter);
  const uint8_t *ids = value + 1 + counter, *offsets = ids + count * names, *values = offsets + (count + 1) * width;
  size_t start = heap.size(), first = is_object ? fields_.size() : ends_.size();
  if (!is_object) {
    for (uint32_t i = 0; i < count; i++) {
      uint32_t from = load(offsets + i * width, width), to = load(offsets + (i + 1) * width, width);
      rewrite(values + from, to - from, heap);
      ends_.push_back(static_cast<uint32_t>(heap.size() - start));
    }
    close_array(heap, start, first);
    return;
  }
  // Values stand in the order of the record, fields in that of their names: a value ends where the next place begins.
  std::vector<std::pair<uint32_t, uint32_t>> places; // offset, name
  for (uint32_t i = 0; i < count; i++) places.push_back({load(offsets + i * width, width), load(ids + i * names, names)});
  std::sort(places.begin(), places.end());
  for (uint32_t i = 0; i < count; i++) {
    uint32_t to = i + 1 < count ? places[i + 1].first : load(offsets + count * width, width);
    size_t from = heap.size();
    rewrite(values + places[i].first, to - places[i].first, heap);
    field(renumbered_[places[i].second], start, from, heap.size());
  }
  close(heap, start, first);
}

size_t VariantWriter::metadata_bytes() const {
  return 1 + (names_.size() + 2) * static_cast<size_t>(width_of(std::max<size_t>(names_.bytes(), names_.size()))) + names_.bytes();
}

void VariantWriter::write_metadata(uint8_t *p) const {
  uint32_t width = width_of(std::max<size_t>(names_.bytes(), names_.size()));
  *p++ = static_cast<uint8_t>(1 | 1 << 4 | (width - 1) << 6); // version 1, sorted
  p = put(p, names_.size(), width);
  for (uint32_t i = 0; i <= names_.size(); i++) p = put(p, names_.offsets()[i], width);
  if (names_.bytes() != 0) std::memcpy(p, names_.text(), names_.bytes());
}

} // namespace records
