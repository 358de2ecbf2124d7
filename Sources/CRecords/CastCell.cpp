// A cell's text into its column. Numbers are spelled as in JSON, and blanks may stand around all that is no string.
#include "Decoder.hpp"
#include "Time.hpp"

namespace records {

namespace {

Slice trimmed(Slice text) {
  auto is_blank = [](uint8_t c) { return c == ' ' || c == '\t'; };
  while (text.size != 0 && is_blank(text.data[0])) text.data++, text.size--;
  while (text.size != 0 && is_blank(text.data[text.size - 1])) text.size--;
  return text;
}

// true or false in letters of any case.
bool is_word(Slice text, const char *word) {
  for (size_t i = 0; i < text.size; i++)
    if ((text.data[i] | 0x20) != static_cast<uint8_t>(word[i])) return false;
  return word[text.size] == 0;
}

} // namespace

uint32_t type_of_cell(Slice text) {
  Slice bare = trimmed(text);
  if (is_word(bare, "true") || is_word(bare, "false")) return TIDE_BOOL;
  int64_t integer;
  if (read_rfc3339(bare.data, bare.size, integer)) return TIDE_TIME;
  Bytes padded; // read by words, and to where a number ends
  padded.append(bare.data, bare.size);
  padded.append(' ');
  std::memset(padded.end(), 0, Bytes::slack);
  Number number;
  double nearest;
  if (bare.size == 0 || !read_number(padded.data(), number) || number.end != padded.data() + bare.size) return TIDE_UTF8;
  if (to_i64(number, integer)) return TIDE_I64;
  return !number.integer && to_double(number, nearest) ? TIDE_F64 : TIDE_UTF8;
}

// Readable to data + 16, until the next call.
Slice Decoder::cell_text(const Cell &cell) {
  Slice text = {batch_.bytes + cell.from, cell.to - cell.from};
  if (__builtin_expect(!cell.doubled, 1)) return text;
  undoubled_.clear();
  return {undoubled_.room(text.size), undouble(text.data, text.size, undoubled_.room(text.size))};
}

// Whether all of the text is one number.
bool Decoder::cell_number(Slice text, Number &number) {
  if (text.size == 0) return false;
  if (__builtin_expect(!is_after_scalar(text.data[text.size]), 0)) {
    // The reader of numbers wants to see where one ends.
    number_.clear();
    number_.append(text.data, text.size);
    number_.append(' ');
    text.data = number_.data();
  }
  return read_number(text.data, number) && number.end == text.data + text.size;
}

// False: the value is a key, and too long.
bool Decoder::put_cell(Column &column, const Cell &cell) {
  column.record = record_;
  column.state = Column::State::value;
  if (cell.from == cell.to && !cell.quoted) {
    put_null_cell(column);
    return true;
  }
  Slice text = cell_text(cell);
  if (column.role == TIDE_ROLE_KEY && text.size > max_key_) return false;
  Slice bare = trimmed(text);
  Number number;
  int64_t integer;
  double nearest;
  switch (column.type) {
  case TIDE_UTF8: column.put_bytes(rows_, text.data, text.size); return true;
  case TIDE_VARIANT:
    put_loose_cell(column, text, column.heap());
    column.put_heap(rows_);
    return true;
  case TIDE_F64:
    if (!cell_number(bare, number) || !to_double(number, nearest) || (number.integer && !is_exact(number, nearest))) break;
    if (column.exact && !VariantWriter::is_number(number)) break;
    column.put_f64(rows_, nearest);
    return true;
  case TIDE_I64:
    if (!cell_number(bare, number) || !to_i64(number, integer) || column.refuses(number)) break;
    column.put_i64(rows_, integer);
    return true;
  case TIDE_BOOL:
    if (!is_word(bare, "true") && !is_word(bare, "false")) break;
    column.put_bool(rows_, bare.size == 4);
    return true;
  case TIDE_TIME:
    if (!put_cell_time(column, bare)) break;
    return true;
  case TIDE_BINARY: {
    decoded_.clear();
    int64_t length = read_base64(text.data, text.size, decoded_.room(text.size + 1));
    if (length < 0) break;
    column.put_bytes(rows_, decoded_.data(), static_cast<size_t>(length));
    return true;
  }
  default: break;
  }
  stray_cell(column, cell);
  return true;
}

// False: the text is no time. The event time keeps the form it came in.
bool Decoder::put_cell_time(Column &column, Slice text) {
  Number number;
  int64_t time;
  uint16_t form = RECORD_TIME_RFC3339;
  if (cell_number(text, number)) {
    if (!to_scaled(number, power_of_unit(time_unit_), time) || !is_event_time(time)) return false;
    form = static_cast<uint16_t>(time_unit_);
  } else if (!read_rfc3339(text.data, text.size, time)) {
    return false;
  }
  column.put_i64(rows_, time);
  if (column.role == TIDE_ROLE_EVENT_TIME) form_ = form;
  return true;
}

void Decoder::put_null_cell(Column &column) {
  column.state = Column::State::null;
  if (!column.spills) return;
  size_t from = rest_->heap().size();
  variants_.null(rest_->heap());
  spill(column, from);
}

// A cell where nothing says its type: a string, or a number where its readers look for one.
void Decoder::put_loose_cell(const Column &column, Slice text, Bytes &heap) {
  Number number;
  if (column.numbers && cell_number(trimmed(text), number))
    variants_.number_as_written(number, heap);
  else
    variants_.string(text.data, text.size, heap);
}

// A value of another type than its column.
void Decoder::stray_cell(Column &column, const Cell &cell) {
  column.at = cell.from;
  if (column.role == TIDE_ROLE_EVENT_TIME) {
    // `complete` decides what becomes of the record.
    column.state = Column::State::absent;
    Slice text = trimmed(cell_text(cell));
    Number number;
    if (cell_number(text, number))
      lack_time(text, unit_name());
    else if (is_rfc3339(text.data, text.size))
      lack_time(text, "");
    else
      lack_time("the event time is neither a number nor an RFC 3339 time of 1678 to 2261");
  } else if (column.declared) {
    column.state = Column::State::bad;
    bad_++;
  } else {
    column.state = Column::State::stray;
    strays_++;
    if (!column.spills) return;
    Slice text = cell_text(cell);
    size_t from = rest_->heap().size();
    put_loose_cell(column, text, rest_->heap());
    spill(column, from);
  }
}

// The cells that are no column, as members of the rest: strings, and null where nothing stands.
void Decoder::keep_cells(uint64_t from, uint64_t end, CsvHeader &header) {
  Bytes &heap = rest_->heap();
  for (CsvHeader::Member &member : header.members) {
    if (header.generation != variants_.generation())
      member.number = variants_.name(member.name.data(), member.name.size());
    else
      variants_.use(member.number);
    Cell cell = this->cell(from, end, member.cell, header.count);
    size_t start = heap.size();
    if (cell.from == cell.to && !cell.quoted) {
      variants_.null(heap);
    } else {
      Slice text = cell_text(cell);
      variants_.string(text.data, text.size, heap);
    }
    variants_.field(member.number, rest_start_, start, heap.size());
  }
  header.generation = variants_.generation();
}

} // namespace records
