// One record to one row.
#include "Decoder.hpp"
#include "Time.hpp"

namespace records {

namespace {
// Rows of a frame must fit whatever buffers, padding and descriptors add to their values.
constexpr uint64_t overhead = 512u << 10;
} // namespace

Decoder::Outcome Decoder::record(uint64_t from, uint64_t end) {
  uint32_t first = tokens_.next, names = variants_.names();
  record_++;
  strays_ = bad_ = 0;
  if (rest_) rest_start_ = rest_->heap().size();
  uint64_t stop = tokens_.stop = batch_.scanned ? end : end - from;
  bool good = fields();
  if (good && tokens_.position() < stop) good = tokens_.fail("something follows the record");
  // Every token before the closing brace stands before it, so one look tells whether the record took from the next line.
  if (good && tokens_.list[tokens_.next - 1] >= stop) {
    tokens_.next--;
    good = tokens_.fail("");
  }
  if (!good) {
    drop_row(names);
    return fail(from, end);
  }
  if (__builtin_expect(bad_ != 0, 0)) return reject_type(from, end, names, batch_.scanned ? from : 0);
  Outcome outcome = complete(from, end, names);
  if (outcome == Outcome::full) tokens_.next = first;
  return outcome;
}

Decoder::Outcome Decoder::text_record(uint64_t from, uint64_t end) {
  uint32_t names = variants_.names();
  const uint8_t *text = batch_.bytes + from;
  size_t length = end - from;
  record_++;
  strays_ = bad_ = 0;
  if (rest_) rest_start_ = rest_->heap().size();
  if (!batch_.scanned && !is_utf8(text, length)) {
    Fault fault = find_line_fault(text, length);
    return reject(from, end, names, fault.code, text_of(fault, fault.at));
  }
  if (message_ != none) {
    Column &column = *columns_[message_];
    if (column.role == TIDE_ROLE_KEY && length > max_key_)
      return reject(from, end, names, RECORD_DEAD_KEY, "the key is too long");
    if (column.type == TIDE_UTF8) {
      column.put_bytes(rows_, text, length);
    } else {
      variants_.string(text, length, column.heap());
      column.put_heap(rows_);
    }
  } else if (keep_others_) {
    static constexpr uint8_t message[24] = "message";
    size_t start = rest_->heap().size();
    variants_.string(text, length, rest_->heap());
    variants_.field(variants_.name(message, 7), start, start, rest_->heap().size());
  }
  return complete(from, end, names);
}

Decoder::Outcome Decoder::reject(uint64_t from, uint64_t end, uint32_t names, uint32_t code, std::string reason) {
  drop_row(names);
  bury(batch_.offset + from, batch_.origin + from, end - from, code, std::move(reason));
  return Outcome::dead;
}

// The record has a declared field of another type; `origin` is where the places of fields count from.
Decoder::Outcome Decoder::reject_type(uint64_t from, uint64_t end, uint32_t names, uint64_t origin) {
  static constexpr const char *types[] = {"", "bool", "int", "double", "time", "string", "binary", "variant"};
  for (auto &column : columns_) {
    if (column->record != record_ || column->state != Column::State::bad) continue;
    return reject(from, end, names, RECORD_DEAD_TYPE,
                  "'" + column->name + "' is no " + types[column->type] + ", at byte " + std::to_string(column->at - origin));
  }
  return Outcome::dead;
}

// The row's event time. False: it has none.
bool Decoder::place_time() {
  Column &time = *columns_[time_];
  if (time.has(rows_)) return true;
  if (time.record != record_ || time.state == Column::State::null)
    lack_time("there is no event time");
  else
    strays_++;
  if (!ingest_missing_) return false;
  time.put_i64(rows_, ingest_);
  form_ = RECORD_TIME_RFC3339;
  return true;
}

void Decoder::lack_time(const char *problem) {
  time_problem_ = problem;
  time_value_.clear();
}

// The value says a time, which no event may have.
void Decoder::lack_time(Slice value, const char *unit) {
  time_value_.assign(reinterpret_cast<const char *>(value.data), std::min(value.size, shown_bytes));
  if (value.size > shown_bytes) time_value_ += "...";
  time_value_ += unit;
}

std::string Decoder::time_reason() const {
  std::string reason = time_value_.empty() ? time_problem_ : "the event time " + time_value_ + " is outside 1678 to 2261";
  return reason + " ('" + columns_[time_]->name + "')";
}

Decoder::Outcome Decoder::complete(uint64_t from, uint64_t end, uint32_t names) {
  auto full = [&] {
    drop_row(names);
    return Outcome::full;
  };
  if (time_ != none) {
    if (!place_time())
      return reject(from, end, names, RECORD_DEAD_TIME, time_reason());
    int64_t limit;
    if (max_ahead_ >= 0 && !__builtin_add_overflow(ingest_, max_ahead_, &limit) && columns_[time_]->i64(rows_) > limit)
      return reject(from, end, names, RECORD_DEAD_AHEAD,
                    "the event time is too far ahead of the clock ('" + columns_[time_]->name + "')");
    // A column has one form; rows of another begin a frame of their own.
    if (form_ != time_form_) {
      if (rows_ != 0) return full();
      columns_[time_]->param = time_form_ = form_;
    }
  }
  if (rest_ && variants_.open_fields() != 0) {
    if (!variants_.close(rest_->heap(), rest_start_, 0))
      return reject(from, end, names, RECORD_DEAD_FRAME, "more than 65536 fields in one object");
    rest_->put_heap(rows_);
  }
  if (verbatim_) {
    verbatim_->heap().append(batch_.bytes + from, end - from);
    verbatim_->put_heap(rows_);
  }
  rows_++;
  layout_.done = false;
  measure();
  if (__builtin_expect(bytes_ > max_frame - overhead, 0)) {
    rows_--;
    if (rows_ != 0) return full();
    return reject(from, end, names, RECORD_DEAD_FRAME, "the record needs more room than a frame has");
  }
  counters_.rows++;
  counters_.mismatches += strays_;
  return Outcome::row;
}

// The usual values, without a call. False: nothing was done, `put` has to look.
__attribute__((always_inline)) inline bool Decoder::known_value(const Guess &guess, const uint32_t *&list) {
  const uint8_t *bytes = tokens_.bytes, *value = bytes + list[0];
  Number number;
  int64_t integer;
  if (guess.action == Action::skip) {
    if (*value == '"' ? tokens_.escapes : skip_number(value) == nullptr) return false;
    list++;
    return true;
  }
  if (guess.action > Action::skip || guess.action == Action::cast) return false;
  Column &column = *guess.column;
  if (column.record == record_) return false;
  switch (guess.action) {
  case Action::utf8: {
    uint32_t from = list[0] + 1, to = list[1] - 1;
    if (*value != '"' || tokens_.escapes || bytes[to] != '"' || to < from || to - from > max_key_) return false;
    column.put_bytes(rows_, bytes + from, to - from);
    break;
  }
  case Action::f64: {
    double nearest;
    if (!read_number(value, number) || !to_double(number, nearest) || (number.integer && !is_exact(number, nearest))) return false;
    if (column.exact && !is_plain(number)) return false;
    column.put_f64(rows_, nearest);
    break;
  }
  case Action::i64:
    if (!read_number(value, number) || !to_i64(number, integer) || column.refuses(number)) return false;
    column.put_i64(rows_, integer);
    break;
  default: // event time: most are whole numbers of the unit
    if (!read_number(value, number) || !to_i64(number, integer)) return false;
    if (__builtin_mul_overflow(integer, time_scale_, &integer) || !is_event_time(integer)) return false;
    column.put_i64(rows_, integer);
    form_ = static_cast<uint16_t>(time_unit_);
  }
  column.record = record_;
  column.state = Column::State::value;
  list++;
  return true;
}

bool Decoder::fields() {
  Tokens &tokens = tokens_;
  if (tokens.kind() != '{') {
    uint32_t first = tokens.next;
    if (!tokens.skip()) return false;
    tokens.next = first;
    return tokens.fail(RECORD_DEAD_OBJECT, "a record is an object");
  }
  const uint8_t *bytes = tokens.bytes;
  const uint32_t *list = tokens.list + tokens.next + 1;
  auto set_next = [&] { tokens.next = static_cast<uint32_t>(list - tokens.list); };
  if (bytes[*list] == '}') {
    list++;
    set_next();
    return true;
  }
  for (uint32_t place = 0;; place++) {
    // Records of one source mostly have the same fields in the same order: compare with what stood here last. The text up to
    // the colon is the name's token and the next.
    bool known = place < guesses_.size() && guesses_[place].is(bytes + *list);
    if (__builtin_expect(known, 1)) {
      list += 2;
      if (!known_value(guesses_[place], list)) {
        set_next();
        if (guesses_[place].action == Action::keep ? !keep_known(guesses_[place])
            : guesses_[place].column == nullptr    ? !tokens.skip()
                                                   : !put(*guesses_[place].column))
          return false;
        list = tokens.list + tokens.next;
      }
    } else {
      set_next();
      if (!unknown_field(place)) return false;
      list = tokens.list + tokens.next;
    }
    uint8_t mark = bytes[*list++];
    if (__builtin_expect(mark == ',', 1)) continue;
    set_next();
    if (mark == '}') return true;
    tokens.next--;
    return tokens.fail("',' or '}' was expected");
  }
}

bool Decoder::keep_known(Guess &guess) {
  if (guess.generation != variants_.generation()) {
    guess.name = variants_.name(guess.text + 1, guess.length - 3u);
    guess.generation = variants_.generation();
  }
  variants_.use(guess.name);
  return keep(guess.name);
}

bool Decoder::unknown_field(uint32_t place) {
  Slice name;
  const uint8_t *raw = tokens_.start() + 1;
  if (!tokens_.name(name)) return false;
  uint32_t number = names_.find(name.data, name.size);
  Column *column = number == none ? nullptr : columns_[number].get();
  number = column == nullptr && keep_others_ ? variants_.name(name.data, name.size) : none;
  if (name.data == raw) learn(place, name, column, number);
  if (column != nullptr) return put(*column);
  return number != none ? keep(number) : tokens_.skip();
}

void Decoder::learn(uint32_t place, Slice name, Column *column, uint32_t number) {
  Guess *guess = place < guesses_.size() ? &guesses_[place] : nullptr;
  size_t length = name.size + 3;
  // Names are read by words of 16 bytes.
  if (guess == nullptr || length > sizeof guess->text - 8) return;
  guess->text[0] = '"';
  std::memcpy(guess->text + 1, name.data, name.size);
  std::memcpy(guess->text + 1 + name.size, "\":", 2);
  for (size_t i = 0; i < 2; i++) {
    size_t bytes = length <= i * 8 ? 0 : length - i * 8 > 8 ? 8 : length - i * 8;
    guess->mask[i] = bytes == 8 ? ~0ull : (1ull << (bytes * 8)) - 1;
    guess->word[i] = load64(guess->text + i * 8);
  }
  guess->length = static_cast<uint8_t>(length);
  guess->column = column;
  guess->name = number;
  guess->generation = variants_.generation();
  guess->action = Action::cast;
  if (column == nullptr)
    guess->action = keep_others_ ? Action::keep : Action::skip;
  else if (column->role == TIDE_ROLE_EVENT_TIME)
    guess->action = Action::time;
  else if (column->type == TIDE_F64)
    guess->action = Action::f64;
  else if (column->type == TIDE_I64)
    guess->action = Action::i64;
  else if (column->type == TIDE_UTF8)
    guess->action = Action::utf8;
}

bool Decoder::keep(uint32_t name) {
  Bytes &heap = rest_->heap();
  size_t from = heap.size();
  if (!variants_.value(tokens_, heap, 1)) return false;
  variants_.field(name, rest_start_, from, heap.size());
  return true;
}

} // namespace records
