// How fast records become frames, and frames records, against a bare simdjson loop over the same lines in the same memory.
// scripts/bench builds it together with yardstick.cpp and the host's decoder; see ../README.md.
//   json FILE [ROUNDS]
// Prints `case nanoseconds bare ratio` per row, CPU time, medians of the rounds, in which all take turns; bare and ratio are 0
// where a loop that builds nothing has nothing to do with it.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "../timing.h"
#include "CRecords.h"

extern "C" uint64_t yardstick(const char *bytes, size_t length, size_t room, bool one);

namespace {

constexpr size_t input_bytes = 64 << 20, padding = 64, frame_room = 16 << 20;

[[noreturn]] void fail(const char *what) {
  fprintf(stderr, "json: %s\n", what);
  exit(1);
}

// The first lines of a file, with room behind them that simdjson may read.
struct Input {
  std::vector<uint8_t> bytes = std::vector<uint8_t>(input_bytes + padding);
  size_t length = 0, rows = 0;

  explicit Input(const char *path) {
    int file = open(path, O_RDONLY);
    if (file < 0) fail("cannot open the input");
    while (length < input_bytes) {
      ssize_t got = read(file, bytes.data() + length, input_bytes - length);
      if (got < 0) fail("cannot read the input");
      if (got == 0) break;
      length += static_cast<size_t>(got);
    }
    close(file);
    const void *last = memrchr(bytes.data(), '\n', length);
    if (last == nullptr) fail("the input has no line");
    length = static_cast<size_t>(static_cast<const uint8_t *>(last) - bytes.data()) + 1;
    for (size_t at = 0; at < length; rows++)
      at = static_cast<size_t>(static_cast<const uint8_t *>(memchr(bytes.data() + at, '\n', length - at)) - bytes.data()) + 1;
  }
};

record_column column(const char *name, uint8_t type, uint8_t role = TIDE_NONE_ROLE) {
  return {{name, strlen(name)}, type, role, 1, 0, 0};
}

enum Output { none, some_lines, rewritten };

struct Case {
  const char *name;
  bool one, rest; // the column `value` alone; what is in no column is kept
  Output output;
  int bare; // the yardstick to set beside it: four fields, one, or -1
};

const Case cases[] = {{"fields", false, false, none, 0},
                      {"rest", false, true, none, -1},
                      {"lines", true, false, some_lines, 1},
                      {"rewrite", false, true, rewritten, -1}};

// The host's decoder and encoder as a source and a sink use them.
class Host {
public:
  explicit Host(const Case &c) : output(c.output) {
    columns = {column("ts", TIDE_TIME, TIDE_ROLE_EVENT_TIME), column("source", TIDE_UTF8, TIDE_ROLE_KEY),
               column("value", TIDE_F64), column("quality", TIDE_UTF8)};
    record_plan plan = {};
    plan.columns = columns.data() + (c.one ? 2 : 0);
    plan.count = c.one ? 1 : 4;
    plan.rest = c.rest;
    plan.verbatim = c.output == some_lines;
    plan.time_unit = RECORD_TIME_MS;
    plan.max_ahead = -1;
    plan.max_record = 8 << 20;
    plan.max_depth = 16;
    plan.max_key = 64 << 10;
    plan.rows_per_frame = 1024;
    plan.bytes_per_frame = 64 << 10;
    record_encode_plan encode = {RECORD_FORMAT_JSON, RECORD_TIME_PLAIN, c.output == some_lines};
    decoder = record_decoder_create(&plan);
    encoder = record_encoder_create(&encode);
    frame = static_cast<uint8_t *>(aligned_alloc(64, frame_room));
    if (decoder == nullptr || encoder == nullptr || frame == nullptr) fail("out of memory");
  }
  ~Host() {
    record_decoder_destroy(decoder);
    record_encoder_destroy(encoder);
    free(frame);
  }
  Host(const Host &) = delete;
  Host &operator=(const Host &) = delete;

  // Gives the rows that came out.
  size_t run(const Input &input) {
    size_t at = 0, rows = 0;
    record_step step;
    do {
      step = record_decode(decoder, 0, input.bytes.data() + at, input.length - at, input.bytes.size() - at, at, 1, 0);
      at += step.consumed;
      if (record_rows(decoder) == 0) continue;
      record_write_frame(decoder, frame, frame_room, 0, 0);
      rows += pass(reinterpret_cast<const tide_frame *>(frame));
    } while (step.frame_ready);
    return rows;
  }

private:
  Output output;
  std::vector<record_column> columns;
  record_decoder *decoder;
  record_encoder *encoder;
  uint8_t *frame;
  uint16_t kept[TIDE_MAX_ROWS];

  size_t pass(const tide_frame *f) {
    tide_batch batch = {sizeof batch, 0, f, nullptr, f->rows, 0};
    if (output == some_lines) {
      const double *values = tide_f64_vec(f, tide_find(f, "value"));
      batch.count = 0;
      for (uint32_t i = 0; i < f->rows; i++) {
        kept[batch.count] = static_cast<uint16_t>(i);
        batch.count += values[i] > 60;
      }
      batch.selection = kept;
    }
    if (output != none) keep(record_encode(encoder, &batch).length);
    return f->rows;
  }
};

} // namespace

int main(int argc, char **argv) {
  if (argc < 2) fail("usage: json FILE [ROUNDS]");
  size_t rounds = argc > 2 ? strtoul(argv[2], nullptr, 10) : 5;
  if (rounds == 0) fail("ROUNDS is at least 1");
  Input input(argv[1]);
  constexpr size_t count = sizeof cases / sizeof *cases;
  std::vector<double> times[count], bare[2], ratios[count];
  for (size_t round = 0; round < rounds; round++) {
    for (bool one : {false, true}) {
      double start = thread_seconds();
      if (yardstick(reinterpret_cast<const char *>(input.bytes.data()), input.length, input.bytes.size(), one) == 0)
        fail("a line is not as expected");
      bare[one].push_back((thread_seconds() - start) * 1e9 / static_cast<double>(input.rows));
    }
    for (size_t k = 0; k < count; k++) {
      Host host(cases[k]);
      double start = thread_seconds();
      if (host.run(input) != input.rows) fail("rows were lost");
      times[k].push_back((thread_seconds() - start) * 1e9 / static_cast<double>(input.rows));
      if (cases[k].bare >= 0) ratios[k].push_back(times[k].back() / bare[cases[k].bare].back());
    }
  }
  for (size_t k = 0; k < count; k++) {
    std::vector<double> &beside = bare[cases[k].bare < 0 ? 0 : cases[k].bare];
    bool paired = cases[k].bare >= 0;
    printf("%s %.1f %.1f %.3f\n", cases[k].name, median(times[k].data(), rounds),
           paired ? median(beside.data(), rounds) : 0, paired ? median(ratios[k].data(), rounds) : 0);
  }
  return 0;
}
