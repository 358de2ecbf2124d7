// A field's value into its column.
#include "Decoder.hpp"
#include "Time.hpp"

namespace records {

namespace {

bool begins_number(uint8_t c) { return c == '-' || static_cast<uint8_t>(c - '0') < 10; }

} // namespace

// Reads the value at the next token. False: the record is malformed. Of a field that comes twice the last value stays.
bool Decoder::put(Column &column) {
  if (__builtin_expect(column.record == record_, 0)) retract(column);
  column.record = record_;
  column.state = Column::State::value;
  uint8_t first = tokens_.kind();
  if (column.type == TIDE_VARIANT) {
    if (!variants_.value(tokens_, column.heap(), 1)) return false;
    column.put_heap(rows_);
    return true;
  }
  if (column.role == TIDE_ROLE_EVENT_TIME) return put_event_time(column);
  if (first == '"') return put_string(column);
  if (begins_number(first)) return put_number(column);
  if (first == 'n') return put_null(column);
  if (column.type == TIDE_BOOL && (first == 't' || first == 'f')) {
    column.put_bool(rows_, first == 't');
    return tokens_.literal(first);
  }
  return stray(column);
}

bool Decoder::put_number(Column &column) {
  Number number;
  int64_t integer;
  double nearest;
  if (!tokens_.number(number)) return false;
  switch (column.type) {
  case TIDE_F64:
    if (!to_double(number, nearest) || (number.integer && !is_exact(number, nearest))) break;
    if (column.exact && !VariantWriter::is_number(number)) break;
    column.put_f64(rows_, nearest);
    return true;
  case TIDE_I64:
    if (!to_i64(number, integer) || column.refuses(number)) break;
    column.put_i64(rows_, integer);
    return true;
  case TIDE_TIME:
    if (!to_scaled(number, power_of_unit(time_unit_), integer) || !is_event_time(integer)) break;
    column.put_i64(rows_, integer);
    return true;
  default: break;
  }
  tokens_.next--;
  return stray(column);
}

bool Decoder::put_string(Column &column) {
  Slice text;
  uint32_t at = tokens_.next;
  if (!tokens_.string(text)) return false;
  if (column.role == TIDE_ROLE_KEY && text.size > max_key_) {
    tokens_.next = at;
    return tokens_.fail(RECORD_DEAD_KEY, "the key is too long");
  }
  switch (column.type) {
  case TIDE_UTF8: column.put_bytes(rows_, text.data, text.size); return true;
  case TIDE_BINARY: {
    decoded_.clear();
    // One byte more, so that an empty value has memory too.
    int64_t length = read_base64(text.data, text.size, decoded_.room(text.size + 1));
    if (length < 0) break;
    column.put_bytes(rows_, decoded_.data(), static_cast<size_t>(length));
    return true;
  }
  case TIDE_TIME: {
    int64_t time;
    if (!read_rfc3339(text.data, text.size, time)) break;
    column.put_i64(rows_, time);
    return true;
  }
  default: break;
  }
  tokens_.next = at;
  return stray(column);
}

bool Decoder::put_null(Column &column) {
  if (!tokens_.literal('n')) return false;
  column.state = Column::State::null;
  if (!column.spills) return true;
  // An explicit null is a null in the rest, an absent field is nothing there (docs/formats.md).
  size_t from = rest_->heap().size();
  variants_.null(rest_->heap());
  spill(column, from);
  return true;
}

// The rest's heap has got the column's value, `from` there on.
void Decoder::spill(const Column &column, size_t from) {
  variants_.field(variants_.name(column.label().data, column.label().size), rest_start_, from, rest_->heap().size());
}

// Of numbers that are times.
const char *Decoder::unit_name() const {
  static constexpr const char *names[] = {" s", " ms", " us", " ns"};
  return names[time_unit_ - RECORD_TIME_S];
}

// The event time is never null, so what cannot be read is no stray: `complete` decides what becomes of the record.
bool Decoder::put_event_time(Column &column) {
  uint8_t first = tokens_.kind();
  int64_t time;
  if (begins_number(first)) {
    Number number;
    if (!tokens_.number(number)) return false;
    if (to_scaled(number, power_of_unit(time_unit_), time) && is_event_time(time)) {
      column.put_i64(rows_, time);
      form_ = static_cast<uint16_t>(time_unit_);
      return true;
    }
    lack_time({number.begin, static_cast<size_t>(number.end - number.begin)}, unit_name());
  } else if (first == '"') {
    Slice text;
    if (!tokens_.string(text)) return false;
    if (read_rfc3339(text.data, text.size, time)) {
      column.put_i64(rows_, time);
      form_ = RECORD_TIME_RFC3339;
      return true;
    }
    if (is_rfc3339(text.data, text.size))
      lack_time(text, "");
    else
      lack_time("the event time is no RFC 3339 time of 1678 to 2261");
  } else if (first == 'n') {
    column.state = Column::State::null;
    return tokens_.literal(first);
  } else {
    if (!tokens_.skip()) return false;
    lack_time("the event time is neither a number nor a string");
  }
  column.state = Column::State::absent;
  return true;
}

// A value of another type than its column.
bool Decoder::stray(Column &column) {
  column.at = tokens_.position();
  if (column.declared) {
    column.state = Column::State::bad;
    bad_++;
    return tokens_.skip();
  }
  column.state = Column::State::stray;
  strays_++;
  if (!column.spills) return tokens_.skip();
  return keep(variants_.name(column.label().data, column.label().size));
}

// The same field again: forget what it was.
void Decoder::retract(Column &column) {
  switch (column.state) {
  case Column::State::value: column.undo(rows_); break;
  case Column::State::bad: bad_--; break;
  case Column::State::stray: strays_--; [[fallthrough]];
  case Column::State::null:
    if (column.spills)
      variants_.drop(variants_.name(column.label().data, column.label().size), 0);
    break;
  case Column::State::absent: break;
  }
}

} // namespace records
