#include "Decoder.hpp"

#include <algorithm>

namespace records {

namespace {
constexpr int64_t scales[] = {0, 1000000000, 1000000, 1000, 1}; // ns of RECORD_TIME_*

// May stand before the first record.
constexpr uint8_t byte_order_mark[] = {0xEF, 0xBB, 0xBF};

const uint8_t *find(const uint8_t *bytes, uint8_t byte, uint64_t length) {
  return static_cast<const uint8_t *>(std::memchr(bytes, byte, length));
}
} // namespace

const char *Decoder::objection(const record_plan &plan) {
  Names names;
  uint8_t roles[8] = {};
  if (plan.count > 240) return "a record has at most 240 columns";
  for (uint32_t i = 0; i < plan.count; i++) {
    const record_column &column = plan.columns[i];
    if (column.name.length == 0 || column.name.length > TIDE_MAX_NAME) return "a column's name has 1 to 255 bytes";
    std::string name(column.name.data, column.name.length);
    if (name.find('\0') != std::string::npos) return "a column's name has no NUL";
    name.resize(name.size() + 16);
    if (names.insert(reinterpret_cast<const uint8_t *>(name.data()), column.name.length) != i) return "a column is named twice";
    if (column.type < TIDE_BOOL || column.type > TIDE_VARIANT) return "no such type of column";
    if (column.role == TIDE_NONE_ROLE) continue;
    if (column.role > TIDE_ROLE_KEY || column.role == TIDE_ROLE_INGEST_TIME) return "no field can have this role";
    if (roles[column.role]++ != 0) return "two columns have one role";
    if (column.type == TIDE_VARIANT) return "a field with a role is no variant";
    if (column.role == TIDE_ROLE_EVENT_TIME && column.type != TIDE_TIME) return "the event time is of type time";
  }
  if (plan.rows_per_frame < 1 || plan.rows_per_frame > TIDE_MAX_ROWS) return "a frame has 1 to 65536 rows";
  if (plan.max_depth < 1 || plan.max_depth > 64) return "values that are kept nest 1 to 64 deep";
  if (plan.max_record < 1 || plan.max_record > (1u << 30)) return "records have 1 byte to 1 GiB";
  if (plan.format == RECORD_FORMAT_CSV) {
    if (!is_delimiter(plan.delimiter)) return "a delimiter is one ASCII character, and no letter, digit, quote or line end";
    if (plan.names != nullptr && (plan.name_count < 1 || plan.name_count > variant::max_elements)) return "CSV has 1 to 65536 columns";
  }
  if (plan.time_unit < RECORD_TIME_S || plan.time_unit > RECORD_TIME_NS) return "no such unit of time";
  return nullptr;
}

Decoder::Decoder(const record_plan &plan)
    : format_(plan.format), keep_verbatim_(plan.verbatim), ingest_missing_(plan.ingest_missing),
      keep_others_(plan.rest), time_unit_(plan.time_unit), time_scale_(scales[plan.time_unit]), max_ahead_(plan.max_ahead),
      max_record_(plan.max_record), max_key_(plan.max_key),
      rows_per_frame_(plan.rows_per_frame), bytes_per_frame_(std::min<uint64_t>(plan.bytes_per_frame, max_frame / 2)),
      limit_rows_(rows_per_frame_), limit_bytes_(bytes_per_frame_), cells_(plan.delimiter),
      delimiter_(plan.delimiter), reach_(batch_bytes) {
  auto make = [&](std::string name, uint8_t type, uint8_t role, bool declared) {
    auto column = std::make_unique<Column>(std::move(name), type, role, declared, rows_per_frame_);
    bool grows = type == TIDE_UTF8 || type == TIDE_BINARY || type == TIDE_VARIANT;
    if (grows) growing_.push_back(column.get());
    bytes_per_row_ += grows ? 6 : type == TIDE_BOOL ? 1 : 8; // with a dictionary's code and offset
    return column;
  };
  bool spills = false;
  for (uint32_t i = 0; i < plan.count; i++) {
    const record_column &column = plan.columns[i];
    std::string name(column.name.data, column.name.length);
    columns_.push_back(make(name, column.type, column.role, column.declared != 0));
    Column &made = *columns_.back();
    made.exact = column.exact != 0 && column.declared == 0;
    made.numbers = column.numbers != 0;
    made.spills = (column.exact != 0 || keep_others_) && column.role != TIDE_ROLE_EVENT_TIME;
    spills |= made.spills;
    if (column.role == TIDE_ROLE_EVENT_TIME) time_ = i;
    if (name == "message" && (column.type == TIDE_UTF8 || column.type == TIDE_VARIANT)) message_ = i;
    name.resize(name.size() + 16);
    names_.insert(reinterpret_cast<const uint8_t *>(name.data()), column.name.length);
  }
  bytes_per_row_ += (plan.count + 7) / 8; // validity
  if (keep_others_ || spills) rest_ = make("", TIDE_VARIANT, TIDE_ROLE_REST, false);
  // VARIANT only in that its heap is filled row by row; in the frame it is BINARY.
  if (plan.verbatim) verbatim_ = make("", TIDE_VARIANT, TIDE_NONE_ROLE, false);
  tokens_.max_depth = plan.max_depth;
  tokens_.max_key = plan.max_key;
  guesses_.resize(256);
  if (format_ != RECORD_FORMAT_CSV || plan.names == nullptr) return;
  std::vector<Slice> names;
  Bytes text;
  for (uint32_t i = 0; i < plan.name_count; i++) {
    names.push_back({reinterpret_cast<const uint8_t *>(plan.names[i].data), plan.names[i].length});
    if (i != 0) text.append(delimiter_);
    write_cell(text, names[i].data, names[i].size, delimiter_);
  }
  given_header_ = make_header(names, {text.data(), text.size()});
}

void Decoder::measure() {
  bytes_ = rows_ * bytes_per_row_ + variants_.name_bytes();
  for (const Column *column : growing_) bytes_ += column->growing_bytes();
}

bool Decoder::is_continued(const uint8_t *bytes, uint64_t length, uint64_t offset) const {
  return batch_.origin != nullptr && batch_.partition == partition_->number && bytes == batch_.origin + batch_.position && offset == batch_.offset + batch_.position &&
         length >= batch_.length - batch_.position;
}

// Takes whole lines from the front of bytes. False: there is none.
bool Decoder::open_batch(const uint8_t *bytes, uint64_t length, uint64_t readable, uint64_t offset, bool final) {
  batch_.origin = nullptr;
  if (length == 0) return false;
  if (format_ == RECORD_FORMAT_CSV) return open_csv(bytes, length, readable, offset, final);
  uint64_t first = std::min(length, batch_bytes);
  const uint8_t *end = static_cast<const uint8_t *>(memrchr(bytes, '\n', first));
  if (end == nullptr && first < length) end = find(bytes + first, '\n', length - first);
  bool unended = end == nullptr;
  if (unended && !final) return false;
  uint64_t taken = unended ? length : static_cast<uint64_t>(end + 1 - bytes);
  batch_ = {partition_->number, bytes, bytes, taken, offset, 0, false, unended};
  if (unended || readable < taken + Bytes::slack) pad_batch();
  if (format_ == RECORD_FORMAT_TEXT) {
    batch_.scanned = is_utf8(batch_.bytes, taken);
    return true;
  }
  batch_.scanned = scanner_.scan(batch_.bytes, taken + unended);
  tokens_.bytes = batch_.bytes;
  tokens_.list = scanner_.tokens();
  tokens_.next = 0;
  const uint8_t *backslash = find(batch_.bytes, '\\', taken);
  next_backslash_ = backslash ? static_cast<uint64_t>(backslash - batch_.bytes) : taken;
  return true;
}

// The words behind the last byte are read, and a line without an end is scanned as if it had one.
void Decoder::pad_batch() {
  padded_.clear();
  padded_.append(batch_.origin, batch_.length);
  if (batch_.last) padded_.append('\n');
  std::memset(padded_.end(), 0, Bytes::slack);
  batch_.bytes = padded_.data();
}

// What is known of the partition that the next bytes belong to.
void Decoder::enter(uint32_t partition, uint64_t offset) {
  if (partition_ == nullptr || partition_->number != partition) partition_ = &partitions_[partition];
  // Where bytes begin anew, another file or client may have taken the number over.
  if (offset == 0) {
    *partition_ = {};
    waiting_.armed = false;
  }
  if (partition_->begun) return;
  *partition_ = {partition, true, false, given_header_};
  if (format_ != RECORD_FORMAT_CSV || given_header_ || offset <= sizeof byte_order_mark) return;
  partition_->header = std::make_shared<CsvHeader>();
  partition_->header->problem = "the header row stands before the place where reading began: give the names as 'columns'";
}

record_step Decoder::decode(uint32_t partition, const uint8_t *bytes, uint64_t length, uint64_t readable, uint64_t offset,
                            bool final, int64_t ingest) {
  dead_.clear();
  reasons_.clear();
  if (rows_ == 0) ingest_ = ingest;
  uint64_t position = 0;
  auto step = [&](bool ready) { return record_step{position, ready}; };
  if (rows_ != 0 && is_full()) return step(true);
  enter(partition, offset);
  if (partition_->skipping) {
    const uint8_t *end = find(bytes, '\n', length);
    position = end ? static_cast<uint64_t>(end + 1 - bytes) : length;
    partition_->skipping = end == nullptr;
  }
  if (offset == 0 && position == 0 && length >= 3 && std::memcmp(bytes, byte_order_mark, 3) == 0) position = 3;
  bool continued = is_continued(bytes + position, length - position, offset + position);
  for (;;) {
    if (!continued && !open_batch(bytes + position, length - position, readable - position, offset + position, final)) break;
    continued = false;
    while (batch_.position < batch_.length) {
      if (dead_.size() >= max_dead) return step(true);
      uint64_t next;
      if (next_record(next) == Outcome::full) return step(true);
      position += next - batch_.position;
      batch_.position = next;
      if (is_full()) return step(true);
    }
    batch_.origin = nullptr;
  }
  uint64_t left = length - position;
  if (left > std::max(max_record_ + 1, dead_prefix) && !final) {
    // No line end so far, and even if a CR is the last byte the record is too long: what is not kept of it is passed over.
    bury(offset + position, bytes + position, std::min(left, dead_prefix), RECORD_DEAD_RECORD, "the record is longer than it may be");
    position = length;
    partition_->skipping = true;
  }
  if (final && position == length) {
    partitions_.erase(partition);
    partition_ = nullptr;
  }
  return step(false);
}

// The record at the batch's position; `next` is where the one behind it begins.
Decoder::Outcome Decoder::next_record(uint64_t &next) {
  uint64_t from = batch_.position;
  if (format_ == RECORD_FORMAT_CSV) return csv_line(from, next);
  const uint8_t *found = find(batch_.bytes + from, '\n', batch_.length - from);
  uint64_t end = found ? static_cast<uint64_t>(found - batch_.bytes) : batch_.length;
  next = end + (found != nullptr);
  return line(from, end);
}

Decoder::Outcome Decoder::line(uint64_t from, uint64_t end) {
  uint64_t length = end - from;
  uint64_t bare = length != 0 && batch_.bytes[end - 1] == '\r' ? end - 1 : end;
  if (bare - from > max_record_) {
    bury(batch_.offset + from, batch_.origin + from, std::min(bare - from, dead_prefix), RECORD_DEAD_RECORD,
         "the record is longer than it may be");
    if (batch_.scanned && format_ == RECORD_FORMAT_JSON)
      while (tokens_.next < scanner_.count() && tokens_.list[tokens_.next] < end) tokens_.next++;
    return Outcome::dead;
  }
  if (format_ == RECORD_FORMAT_TEXT) {
    if (bare == from) {
      counters_.blanks++;
      return Outcome::dead;
    }
    return text_record(from, bare);
  }
  if (!batch_.scanned && !scan_line(from, end)) return Outcome::dead;
  uint64_t base = batch_.scanned ? 0 : from;
  if (scanner_.count() <= tokens_.next || tokens_.position() + base >= end) {
    counters_.blanks++;
    return Outcome::dead;
  }
  // Where the record has no backslash, no string needs a look inside.
  if (next_backslash_ < from) {
    const uint8_t *found = find(batch_.bytes + from, '\\', batch_.length - from);
    next_backslash_ = found ? static_cast<uint64_t>(found - batch_.bytes) : batch_.length;
  }
  tokens_.escapes = next_backslash_ < end;
  return record(from, bare);
}

// One line of a batch that has a bad one. False: it is this one, or it is empty.
bool Decoder::scan_line(uint64_t from, uint64_t end) {
  // With its line end, so that the list's sentinels have one to point at.
  uint64_t length = end - from + (end < batch_.length || batch_.last);
  if (length == 0) return false;
  if (scanner_.scan(batch_.bytes + from, length)) {
    tokens_.bytes = batch_.bytes + from;
    tokens_.list = scanner_.tokens();
    tokens_.next = 0;
    return true;
  }
  if (end > from && batch_.bytes[end - 1] == '\r') end--;
  Fault fault = find_line_fault(batch_.bytes + from, end - from);
  bury(batch_.offset + from, batch_.origin + from, end - from, fault.code, text_of(fault, fault.at));
  return false;
}

void Decoder::bury(uint64_t offset, const uint8_t *bytes, uint64_t length, uint32_t code, std::string reason) {
  if (dead_.empty()) reasons_.reserve(max_dead + 8); // reasons do not move while the call lasts
  reasons_.push_back(std::move(reason));
  const std::string &kept = reasons_.back();
  dead_.push_back({offset, {reinterpret_cast<const char *>(bytes), length}, {kept.data(), kept.size()}, code});
  counters_.dead++;
}

Decoder::Outcome Decoder::fail(uint64_t from, uint64_t end) {
  Fault fault = tokens_.fault;
  uint64_t at = batch_.scanned ? fault.at - std::min(fault.at, from) : fault.at;
  // Beyond the record's end it is the next record that looked wrong: this one stops too early.
  if (at >= end - from) {
    at = end - from;
    fault.code = RECORD_DEAD_JSON;
    fault.message = "the record ends too early";
  }
  bury(batch_.offset + from, batch_.origin + from, end - from, fault.code, text_of(fault, at));
  if (batch_.scanned) {
    while (tokens_.next > 0 && tokens_.list[tokens_.next - 1] >= end) tokens_.next--;
    while (tokens_.next < scanner_.count() && tokens_.list[tokens_.next] < end) tokens_.next++;
  }
  return Outcome::dead;
}

// Takes back all that the unfinished row has left.
void Decoder::drop_row(uint32_t names) {
  for (auto &column : columns_) column->undo(rows_);
  if (rest_) rest_->undo(rows_);
  if (verbatim_) verbatim_->undo(rows_);
  variants_.abandon();
  variants_.shrink_names(names);
  measure();
}

} // namespace records
