// Rows as CSV (RFC 4180) under one header row. The columns are given, or decided by the first batch that has fields; a row with a
// field that is none of them is refused.
#include <algorithm>

#include "Encoder.hpp"

namespace records {

namespace {

Slice slice_of(tide_string text) { return {reinterpret_cast<const uint8_t *>(text.data), text.length}; }

// The header row that the frame's verbatim records stand under; empty without one.
Slice head_of(const tide_frame *frame) {
  if (frame->verbatim == 0) return {nullptr, 0};
  uint16_t head = tide_col(frame, frame->verbatim)->dict;
  return head == TIDE_NONE_COLUMN ? Slice{nullptr, 0} : slice_of(tide_bytes(frame, head, 0));
}

} // namespace

void Encoder::csv(const tide_batch &batch) {
  Slice head = plan_.verbatim ? head_of(frame_) : Slice{nullptr, 0};
  if (columns_.size() == 0) {
    if (head.size == 0)
      decide_columns(batch);
    else if (split(head))
      for (const Cell &cell : cells_) {
        Slice name = cell_text(cell);
        columns_.insert(name.data, name.size);
      }
  }
  if (header_.size() == 0 && columns_.size() != 0)
    for (uint32_t i = 0; i < columns_.size(); i++) {
      if (i != 0) header_.append(plan_.delimiter);
      write_cell(header_, columns_.name(i).data, columns_.name(i).size, plan_.delimiter);
    }
  if (header_due_ && columns_.size() != 0) {
    out_.append(header_.data(), header_.size());
    out_.append('\n');
    header_due_ = false;
  }
  rest_values_.assign(columns_.size(), {nullptr, 0});
  if (head.size != 0) enter_frame(head);
  for (uint32_t k = 0; k < batch.count; k++) {
    uint32_t row = tide_row(batch.selection, k);
    if (head.size != 0)
      csv_record(row, slice_of(tide_verbatim(frame_, row)));
    else
      csv_row(row);
  }
}

// The fields of the schema, then those that any row of the batch has in its rest, in the order of their names' bytes.
void Encoder::decide_columns(const tide_batch &batch) {
  for (uint32_t i = 0; i < schema().names.size(); i++) {
    Slice name = schema().names.name(i);
    columns_.insert(name.data, name.size);
  }
  int32_t column = tide_role(frame_, TIDE_ROLE_REST);
  if (column < 0 || tide_type(frame_, column) != TIDE_VARIANT) return;
  const Keys &keys = this->keys(tide_col(frame_, column)->dict);
  std::vector<uint8_t> seen(keys.names.size(), 0);
  for (uint32_t k = 0; k < batch.count; k++) {
    uint32_t row = tide_row(batch.selection, k);
    if (!tide_valid(frame_, column, row)) continue;
    Slice value = slice_of(tide_bytes(frame_, column, row));
    VariantElements fields;
    if (!is_object(value) || !fields.open(value)) continue;
    for (uint32_t i = 0; i < fields.count(); i++)
      if (fields.name(i) < seen.size()) seen[fields.name(i)] = 1;
  }
  for (uint32_t i = 0; i < seen.size(); i++) {
    if (!seen[i]) continue;
    Bytes name;
    name.append(keys.names.name(i).data, keys.names.name(i).size);
    name.room(1);
    columns_.insert(name.data(), name.size());
  }
  keys_used_ = 0; // they were read without columns
}

// Cuts a record into cells_, of record_. False: that is no record.
bool Encoder::split(Slice record) {
  record_.clear();
  record_.append(record.data, record.size);
  record_.append('\n');
  marks_.restart();
  marks_.scan(record_.data(), record_.size());
  cells_.clear();
  CellReader reader = {record_.data(), marks_.marks(), marks_.marks() + marks_.count(), plan_.delimiter};
  uint32_t at;
  return reader.record(0, cells_, at) == nullptr;
}

// Where the cells of verbatim records under this header row go.
void Encoder::enter_frame(Slice head) {
  same_header_ = head.size == header_.size() && std::memcmp(head.data, header_.data(), head.size) == 0;
  if (same_header_ || !split(head)) return;
  record_places_.clear();
  record_names_.clear();
  for (const Cell &cell : cells_) {
    Slice name = cell_text(cell);
    uint32_t place = columns_.find(name.data, name.size);
    // Of two columns with one name the last counts.
    if (place != none) std::replace(record_places_.begin(), record_places_.end(), place, none - 1);
    record_places_.push_back(place);
    record_names_.emplace_back(reinterpret_cast<const char *>(name.data), name.size);
  }
}

// What a cell of record_ says; readable to data + 16, until the next call.
Slice Encoder::cell_text(const Cell &cell) {
  Slice text = {record_.data() + cell.from, cell.to - cell.from};
  cell_.clear();
  uint8_t *into = cell_.room(text.size + 16);
  if (cell.doubled) return {into, undouble(text.data, text.size, into)};
  std::memcpy(into, text.data, text.size);
  return {into, text.size};
}

void Encoder::csv_record(uint32_t row, Slice record) {
  if (same_header_) {
    out_.append(record.data, record.size);
    out_.append('\n');
    return;
  }
  if (!split(record) || cells_.size() != record_places_.size()) return refuse(row, {nullptr, 0});
  for (size_t i = 0; i < cells_.size(); i++) {
    const Cell &cell = cells_[i];
    bool is_null = cell.from == cell.to && !cell.quoted;
    Slice raw = {record_.data() + cell.from - cell.quoted, cell.to - cell.from + 2u * cell.quoted};
    if (record_places_[i] < columns_.size())
      rest_values_[record_places_[i]] = raw;
    else if (record_places_[i] == none && !is_null && plan_.name_count == 0) {
      std::fill(rest_values_.begin(), rest_values_.end(), Slice{nullptr, 0});
      return refuse(row, {reinterpret_cast<const uint8_t *>(record_names_[i].data()), record_names_[i].size()});
    }
  }
  for (size_t i = 0; i < rest_values_.size(); i++) {
    if (i != 0) out_.append(plan_.delimiter);
    out_.append(rest_values_[i].data, rest_values_[i].size);
    rest_values_[i] = {nullptr, 0};
  }
  out_.append('\n');
}

void Encoder::csv_row(uint32_t row) {
  if (columns_.size() == 0) return refuse(row, {nullptr, 0});
  Schema &schema = this->schema();
  if (schema.places.size() != columns_.size()) {
    schema.places.assign(columns_.size(), none);
    for (uint32_t i = 0; i < schema.fields.size(); i++) {
      Slice name = schema.names.name(i);
      uint32_t place = columns_.find(name.data, name.size);
      if (place == none)
        schema.strangers.push_back(schema.fields[i].column);
      else
        schema.places[place] = schema.fields[i].column;
    }
  }
  if (plan_.name_count == 0)
    for (uint32_t column : schema.strangers)
      if (tide_valid(frame_, static_cast<int32_t>(column), row))
        return refuse(row, slice_of(tide_name(frame_, static_cast<int32_t>(column))));
  if (!find_rest_values(row)) return;
  int32_t rest = tide_role(frame_, TIDE_ROLE_REST);
  for (uint32_t i = 0; i < columns_.size(); i++) {
    if (i != 0) out_.append(plan_.delimiter);
    uint32_t column = schema.places[i];
    if (column != none && tide_valid(frame_, static_cast<int32_t>(column), row))
      csv_value(*tide_col(frame_, static_cast<int32_t>(column)), row);
    else if (rest_values_[i].data != nullptr)
      csv_variant(rest_values_[i], keys(tide_col(frame_, rest)->dict).names);
    rest_values_[i] = {nullptr, 0};
  }
  out_.append('\n');
}

// Members of the rest by column. False: one has none, and the row is refused.
bool Encoder::find_rest_values(uint32_t row) {
  int32_t column = tide_role(frame_, TIDE_ROLE_REST);
  if (column < 0 || tide_type(frame_, column) != TIDE_VARIANT || !tide_valid(frame_, column, row)) return true;
  Slice value = slice_of(tide_bytes(frame_, column, row));
  VariantElements fields;
  if (!is_object(value) || !fields.open(value)) return true;
  const Keys &keys = this->keys(tide_col(frame_, column)->dict);
  for (uint32_t i = 0; i < fields.count(); i++) {
    uint32_t number = fields.name(i);
    if (number >= keys.places.size()) continue;
    Slice member = fields.value(i);
    bool is_null = member.size != 0 && member.data[0] == 0;
    if (keys.places[number] != none) {
      rest_values_[keys.places[number]] = member;
    } else if (!is_null && plan_.name_count == 0) {
      std::fill(rest_values_.begin(), rest_values_.end(), Slice{nullptr, 0});
      refuse(row, keys.names.name(number));
      return false;
    }
  }
  return true;
}

// Text as it is, all else as JSON spells it.
void Encoder::csv_value(const tide_column &column, uint32_t row) {
  int32_t index = static_cast<int32_t>(&column - tide_col(frame_, 0));
  if (column.type == TIDE_UTF8) {
    Slice text = slice_of(tide_utf8(frame_, index, row));
    return write_cell(out_, text.data, text.size, plan_.delimiter);
  }
  if (column.type == TIDE_VARIANT) return csv_variant(slice_of(tide_bytes(frame_, index, row)), keys(column.dict).names);
  size_t start = out_.size();
  value(column, row, 64);
  finish_cell(start);
}

void Encoder::csv_variant(Slice value, const VariantNames &names) {
  Slice text;
  if (read_variant_string(value, text)) return write_cell(out_, text.data, text.size, plan_.delimiter);
  size_t start = out_.size();
  write_variant(out_, value, names, 64);
  finish_cell(start);
}

// Makes a cell of the JSON that was written from `start` on: strings, here times and base64, without their quotes; null is nothing.
void Encoder::finish_cell(size_t start) {
  size_t length = out_.size() - start;
  const uint8_t *text = out_.data() + start;
  cell_.clear();
  if (length == 4 && std::memcmp(text, "null", 4) == 0) return out_.truncate(start);
  if (length >= 2 && *text == '"')
    cell_.append(text + 1, length - 2);
  else
    cell_.append(text, length);
  out_.truncate(start);
  write_cell(out_, cell_.data(), cell_.size(), plan_.delimiter);
}

void Encoder::refuse(uint32_t row, Slice field) {
  if (refused_.empty()) reasons_.reserve(TIDE_MAX_ROWS); // reasons do not move while the call lasts
  std::string name(reinterpret_cast<const char *>(field.data), field.size);
  reasons_.push_back(field.data == nullptr ? "the row has no field for a column of CSV"
                                           : "'" + name + "' is none of the columns of this CSV, which its first rows have set");
  refused_.push_back({row, {reasons_.back().data(), reasons_.back().size()}});
}

} // namespace records
