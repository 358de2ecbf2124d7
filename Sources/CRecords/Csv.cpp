// Bytes to records of CSV. A record with broken quotes gives up its first line alone: the next line begins the next record.
#include <algorithm>

#include "Decoder.hpp"

namespace records {

namespace {
// Behind broken quotes all marks are in doubt, so the next batch is short, in case it breaks off too.
constexpr uint64_t careful_reach = 1 << 10;

const uint8_t *find_line_end(const uint8_t *bytes, uint64_t length) {
  return static_cast<const uint8_t *>(std::memchr(bytes, '\n', length));
}
} // namespace

bool Decoder::open_csv(const uint8_t *bytes, uint64_t length, uint64_t readable, uint64_t offset, bool final) {
  if (!waiting_.armed || waiting_.partition != partition_->number || waiting_.offset != offset) cells_.restart();
  waiting_.armed = false;
  // With CR LF behind it, and one byte that shows that it is longer.
  uint64_t limit = std::min(length, std::max(max_record_, dead_prefix) + 3), reach = std::min(limit, reach_);
  if (cells_.end() == 0)
    for (reach = std::max(reach, std::min(limit, cells_.scanned() + 1));; reach = std::min(limit, reach * 2)) {
      if (reach > cells_.scanned()) cells_.scan(bytes, reach);
      if (cells_.end() != 0 || reach == limit) break;
    }
  reach_ = std::min(reach_ * 2, batch_bytes);
  uint64_t taken = cells_.end();
  if (taken == 0) {
    const uint8_t *end = length == limit && !final ? nullptr : find_line_end(bytes, length);
    bool too_long = length > std::max(max_record_ + 1, dead_prefix);
    if (end == nullptr && too_long && !final) end = find_line_end(bytes, length);
    if (!final && (!too_long || end == nullptr)) {
      waiting_ = {true, partition_->number, offset};
      return false;
    }
    // All of it, or so much that the line which breaks off is in it.
    taken = length == limit && final ? length : std::max(end ? static_cast<uint64_t>(end + 1 - bytes) : length, cells_.scanned());
  }
  bool unended = final && taken == length && bytes[length - 1] != '\n';
  batch_ = {partition_->number, bytes, bytes, taken, offset, 0, false, unended};
  if (unended || readable < taken + Bytes::slack) pad_batch();
  if (unended) cells_.scan(batch_.bytes, taken + 1);
  batch_.scanned = is_utf8(batch_.bytes, taken);
  mark_ = 0;
  return true;
}

Decoder::Outcome Decoder::csv_line(uint64_t from, uint64_t &next) {
  const uint8_t *bytes = batch_.bytes;
  const uint32_t *first = cells_.marks() + mark_, *end = cells_.marks() + cells_.count();
  CsvHeader *header = partition_->header.get();
  uint32_t count = header ? header->count : 0, before = mark_;
  // Most records have no quotes: then their marks are delimiters and one line end.
  bool plain = count != 0 && end - first >= static_cast<std::ptrdiff_t>(count) && bytes[first[count - 1]] == '\n';
  for (uint32_t i = 0; plain && i + 1 < count; i++) plain = bytes[first[i]] == delimiter_;
  if (plain) {
    // A CR is part of the line end, or the reader of cells says where it stands.
    uint64_t line = first[count - 1];
    if (line > from && bytes[line - 1] == '\r') line--;
    plain = std::memchr(bytes + from, '\r', line - from) == nullptr;
  }
  plain_ = plain ? first : nullptr;
  if (plain) {
    mark_ += count;
  } else {
    row_.clear();
    CellReader reader = {bytes, first, end, delimiter_};
    uint32_t at;
    if (const char *wrong = reader.record(static_cast<uint32_t>(from), row_, at)) return break_off(from, next, wrong, at);
    mark_ = static_cast<uint32_t>(reader.marks - cells_.marks());
    count = static_cast<uint32_t>(row_.size());
  }
  uint64_t stop = cells_.marks()[mark_ - 1];
  next = std::min(stop + 1, batch_.length);
  if (stop > from && bytes[stop - 1] == '\r') stop--;
  // In a table of one column an empty line is a row.
  if (stop == from && (!header || header->count != 1)) {
    counters_.blanks++;
    return Outcome::dead;
  }
  auto dead = [&](uint64_t length, uint32_t code, std::string reason) {
    bury(batch_.offset + from, batch_.origin + from, length, code, std::move(reason));
    return Outcome::dead;
  };
  bool utf8 = batch_.scanned || is_utf8(bytes + from, stop - from);
  if (!header) {
    partition_->header = read_header(from, stop);
    header = partition_->header.get();
    if (!utf8) header->problem = "the header row is not UTF-8";
    return header->problem.empty() ? Outcome::dead : dead(std::min(stop - from, dead_prefix), RECORD_DEAD_CSV, header->problem);
  }
  if (stop - from > max_record_) return dead(dead_prefix, RECORD_DEAD_RECORD, "the record is longer than it may be");
  if (!header->problem.empty()) return dead(stop - from, RECORD_DEAD_CSV, header->problem);
  if (!utf8) {
    Fault fault = find_line_fault(bytes + from, stop - from);
    return dead(stop - from, fault.code, text_of(fault, fault.at));
  }
  if (count != header->count)
    return dead(stop - from, RECORD_DEAD_FIELDS,
                "the record has " + std::to_string(count) + (count == 1 ? " field" : " fields") + " for " +
                    std::to_string(header->count) + (header->count == 1 ? " column" : " columns"));
  Outcome outcome = csv_record(from, stop, *header);
  if (outcome == Outcome::full) mark_ = before;
  return outcome;
}

// The line at `from` is dead, and what stands behind it has to be scanned anew.
Decoder::Outcome Decoder::break_off(uint64_t from, uint64_t &next, const char *wrong, uint64_t at) {
  const uint8_t *found = find_line_end(batch_.bytes + from, batch_.length - from);
  uint64_t end = found ? static_cast<uint64_t>(found - batch_.bytes) : batch_.length;
  next = batch_.length = end + (found != nullptr);
  reach_ = careful_reach;
  if (end > from && batch_.bytes[end - 1] == '\r') end--;
  std::string reason = std::string(wrong) + ", at byte " + std::to_string(at - from);
  if (!partition_->header) {
    partition_->header = std::make_shared<CsvHeader>();
    reason = partition_->header->problem = "the header row is broken: " + reason;
  }
  bool too_long = end - from > max_record_;
  bury(batch_.offset + from, batch_.origin + from, too_long ? dead_prefix : end - from,
       too_long ? RECORD_DEAD_RECORD : RECORD_DEAD_CSV, too_long ? "the record is longer than it may be" : std::move(reason));
  return Outcome::dead;
}

Cell Decoder::cell(uint64_t from, uint64_t end, uint32_t number, uint32_t count) const {
  if (!plain_) return row_[number];
  return {number == 0 ? static_cast<uint32_t>(from) : plain_[number - 1] + 1,
          number + 1 == count ? static_cast<uint32_t>(end) : plain_[number], false, false};
}

Decoder::Outcome Decoder::csv_record(uint64_t from, uint64_t end, CsvHeader &header) {
  if (frame_header_ != partition_->header) {
    if (rows_ != 0) return Outcome::full;
    frame_header_ = partition_->header;
  }
  uint32_t names = variants_.names();
  record_++;
  strays_ = bad_ = 0;
  if (rest_) rest_start_ = rest_->heap().size();
  for (const CsvHeader::Binding &binding : header.bindings)
    if (!put_cell(*binding.column, cell(from, end, binding.cell, header.count)))
      return reject(from, end, names, RECORD_DEAD_KEY, "the key is too long");
  if (keep_others_) keep_cells(from, end, header);
  if (__builtin_expect(bad_ != 0, 0)) return reject_type(from, end, names, from);
  return complete(from, end, names);
}

std::shared_ptr<CsvHeader> Decoder::read_header(uint64_t from, uint64_t end) {
  std::vector<Slice> names;
  Bytes text; // of all names, which are read by words
  std::vector<size_t> ends;
  for (const Cell &cell : row_) {
    uint8_t *into = text.room(cell.to - cell.from);
    const uint8_t *inside = batch_.bytes + cell.from;
    if (cell.doubled)
      text.advance(undouble(inside, cell.to - cell.from, into));
    else
      text.append(inside, cell.to - cell.from);
    ends.push_back(text.size());
  }
  text.room(Bytes::slack);
  for (size_t i = 0, start = 0; i < ends.size(); start = ends[i++]) names.push_back({text.data() + start, ends[i] - start});
  return make_header(names, {batch_.bytes + from, end - from});
}

// Which column, or which member of the rest, each cell is. Of two columns with one name the last counts.
std::shared_ptr<CsvHeader> Decoder::make_header(const std::vector<Slice> &names, Slice text) const {
  auto header = std::make_shared<CsvHeader>();
  header->count = static_cast<uint32_t>(names.size());
  header->text.append(text.data, text.size);
  std::vector<uint32_t> cells(columns_.size(), none);
  std::map<std::string, uint32_t> members;
  for (uint32_t i = 0; i < header->count; i++) {
    std::string name(reinterpret_cast<const char *>(names[i].data), names[i].size);
    if (name.size() > max_key_) header->problem = "the header row has a name that is too long";
    Bytes padded;
    padded.append(name.data(), name.size());
    padded.room(1);
    uint32_t column = names_.find(padded.data(), name.size());
    if (column != none)
      cells[column] = i;
    else if (keep_others_)
      members[std::move(name)] = i;
  }
  if (header->count > variant::max_elements) header->problem = "the header row has more than 65536 columns";
  for (uint32_t i = 0; i < cells.size(); i++)
    if (cells[i] != none) header->bindings.push_back({cells[i], columns_[i].get()});
  for (auto &[name, cell] : members) {
    header->members.push_back({cell, none, {}});
    header->members.back().name.append(name.data(), name.size());
    header->members.back().name.room(1);
  }
  return header;
}

} // namespace records
