// One record to one row.
#include "Decoder.hpp"

namespace cjson {

namespace {
// Rows of a frame must fit whatever buffers, padding and descriptors add to their values.
constexpr uint64_t overhead = 512u << 10;
} // namespace

Decoder::Outcome Decoder::record(uint64_t from, uint64_t end) {
  uint32_t first = tokens_.next, names = variants_.names();
  record_++;
  strays_ = bad_ = 0;
  if (rest_) rest_start_ = rest_->heap().size();
  uint64_t stop = batch_.scanned ? end : end - from;
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
  if (__builtin_expect(bad_ != 0, 0)) return reject_type(from, end, names);
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
  if (!batch_.scanned && !is_utf8(text, length))
    return reject(from, end, names, CJSON_DEAD_UTF8, "the record is not UTF-8");
  if (message_ != none) {
    Column &column = *columns_[message_];
    if (column.role == TIDE_ROLE_KEY && length > max_key_)
      return reject(from, end, names, CJSON_DEAD_KEY, "the key is too long");
    if (column.type == TIDE_UTF8) {
      column.put_bytes(rows_, text, length);
    } else {
      variants_.string(text, length, column.heap());
      column.put_heap(rows_);
    }
  } else if (rest_) {
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

Decoder::Outcome Decoder::reject_type(uint64_t from, uint64_t end, uint32_t names) {
  static constexpr const char *types[] = {"", "bool", "int", "double", "time", "string", "binary", "variant"};
  for (auto &column : columns_) {
    if (column->record != record_ || column->state != Column::State::bad) continue;
    uint64_t at = batch_.scanned ? column->at - from : column->at;
    return reject(from, end, names, CJSON_DEAD_TYPE,
                  "'" + column->name + "' is no " + types[column->type] + ", at byte " + std::to_string(at));
  }
  return Outcome::dead;
}

// The row's event time. False: it has none.
bool Decoder::place_time() {
  Column &time = *columns_[time_];
  if (time.has(rows_)) return true;
  if (time.record != record_ || time.state == Column::State::null)
    time_problem_ = "there is no event time";
  else
    strays_++;
  if (!ingest_missing_) return false;
  time.put_i64(rows_, ingest_);
  form_ = CJSON_TIME_RFC3339;
  return true;
}

Decoder::Outcome Decoder::complete(uint64_t from, uint64_t end, uint32_t names) {
  auto full = [&] {
    drop_row(names);
    return Outcome::full;
  };
  if (time_ != none) {
    if (!place_time())
      return reject(from, end, names, CJSON_DEAD_TIME, std::string(time_problem_) + " ('" + columns_[time_]->name + "')");
    int64_t limit;
    if (max_ahead_ >= 0 && !__builtin_add_overflow(ingest_, max_ahead_, &limit) && columns_[time_]->i64(rows_) > limit)
      return reject(from, end, names, CJSON_DEAD_AHEAD,
                    "the event time is too far ahead of the clock ('" + columns_[time_]->name + "')");
    // A column has one form; rows of another begin a frame of their own.
    if (form_ != time_form_) {
      if (rows_ != 0) return full();
      columns_[time_]->param = time_form_ = form_;
    }
  }
  if (rest_ && variants_.open_fields() != 0) {
    if (!variants_.close(rest_->heap(), rest_start_, 0))
      return reject(from, end, names, CJSON_DEAD_FRAME, "more than 65536 fields in one object");
    rest_->put_heap(rows_);
  }
  if (verbatim_) {
    verbatim_->heap().append(batch_.bytes + from, end - from);
    verbatim_->put_heap(rows_);
  }
  rows_++;
  layout_.done = false;
  if (__builtin_expect(growing_bytes() > max_frame - overhead, 0)) {
    rows_--;
    if (rows_ != 0) return full();
    return reject(from, end, names, CJSON_DEAD_FRAME, "the record needs more room than a frame has");
  }
  counters_.rows++;
  counters_.mismatches += strays_;
  return Outcome::row;
}

bool Decoder::fields() {
  Tokens &tokens = tokens_;
  if (tokens.kind() != '{') {
    uint32_t first = tokens.next;
    if (!tokens.skip(0)) return false;
    tokens.next = first;
    return tokens.fail(CJSON_DEAD_OBJECT, "a record is an object");
  }
  tokens.next++;
  if (tokens.kind() == '}') {
    tokens.next++;
    return true;
  }
  for (uint32_t place = 0;; place++) {
    if (!field(place)) return false;
    uint8_t mark = tokens.kind();
    if (mark != ',' && mark != '}') return tokens.fail("',' or '}' was expected");
    tokens.next++;
    if (mark == '}') return true;
  }
}

// Records of one source mostly have the same fields in the same order: compare with what stood here last.
bool Decoder::field(uint32_t place) {
  if (__builtin_expect(place >= guesses_.size(), 0)) return unknown_field(place);
  const Guess &guess = guesses_[place];
  const uint32_t *list = tokens_.list + tokens_.next;
  uint32_t quote = list[0], colon = list[1];
  const uint8_t *name = tokens_.bytes + quote + 1;
  bool same = colon - quote == guess.length && tokens_.bytes[quote] == '"' && tokens_.bytes[colon] == ':';
  if (__builtin_expect(!same, 0)) return unknown_field(place);
  uint64_t other = ((load64(name) ^ guess.word[0]) & guess.mask[0]) | ((load64(name + 8) ^ guess.word[1]) & guess.mask[1]);
  if (other != 0 || (guess.length > 16 && std::memcmp(name, guess.text, guess.length - 1) != 0)) return unknown_field(place);
  tokens_.next += 2;
  if (guess.column != none || !rest_) return act(guess.column, none);
  if (guess.generation == variants_.generation()) {
    variants_.use(guess.name);
    return keep(guess.name);
  }
  uint32_t number = variants_.name(guess.text, guess.length - 2);
  guesses_[place].name = number;
  guesses_[place].generation = variants_.generation();
  return keep(number);
}

bool Decoder::unknown_field(uint32_t place) {
  Slice raw;
  uint32_t first = tokens_.next;
  if (!tokens_.name(raw)) return false;
  Slice name = raw;
  if (tokens_.escapes) {
    tokens_.next = first;
    if (!tokens_.string(name)) return false;
    tokens_.next++;
  }
  uint32_t column = names_.find(name.data, name.size);
  uint32_t number = column == none && rest_ ? variants_.name(name.data, name.size) : none;
  if (name.data == raw.data) learn(place, raw, column, number);
  return act(column, number);
}

bool Decoder::act(uint32_t column, uint32_t name) {
  if (column != none) return put(*columns_[column]);
  return name != none ? keep(name) : tokens_.skip(1);
}

void Decoder::learn(uint32_t place, Slice name, uint32_t column, uint32_t number) {
  // The closing quote is compared too, so a guess is as long as its name and one byte; `length` counts to the colon.
  size_t length = name.size + 1;
  if (place >= guesses_.size() || length > sizeof guesses_[place].text) return;
  Guess &guess = guesses_[place];
  std::memcpy(guess.text, name.data, length);
  for (size_t i = 0; i < 2; i++) {
    size_t bytes = length <= i * 8 ? 0 : length - i * 8 > 8 ? 8 : length - i * 8;
    guess.mask[i] = bytes == 8 ? ~0ull : (1ull << (bytes * 8)) - 1;
    guess.word[i] = load64(name.data + i * 8);
  }
  guess.length = static_cast<uint32_t>(length + 1);
  guess.column = column;
  guess.name = number;
  guess.generation = variants_.generation();
}

bool Decoder::keep(uint32_t name) {
  Bytes &heap = rest_->heap();
  size_t from = heap.size();
  if (!variants_.value(tokens_, heap, 1)) return false;
  variants_.field(name, rest_start_, from, heap.size());
  return true;
}

} // namespace cjson
