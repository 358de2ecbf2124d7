// libFuzzer target: whatever bytes a decoder of records is given, however they are cut, it takes all of them, gives frames that
// tide_validate accepts, and what an encoder writes of those is read again as the same.
//
// `make fuzz` runs it for long, `make test` for half a minute.
//
// The first byte of an input picks format and plan, the second how the bytes are cut.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "CRecords.h"
#include "tide_validate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace {

[[noreturn]] void fail(const char *what, const std::string &about) {
  std::fprintf(stderr, "%s: %s\n", what, about.c_str());
  std::abort();
}

record_column column(const char *name, uint8_t type, uint8_t role = TIDE_NONE_ROLE) {
  return {{name, std::strlen(name)}, type, role, 0, 0, 0};
}

struct Plan {
  record_column columns[7] = {column("t", TIDE_TIME, TIDE_ROLE_EVENT_TIME), column("k", TIDE_UTF8, TIDE_ROLE_KEY),
                              column("d", TIDE_F64),                        column("i", TIDE_I64),
                              column("b", TIDE_BOOL),                       column("x", TIDE_BINARY),
                              column("v", TIDE_VARIANT)};
  record_plan plan = {};

  // Bits of `how`: 0-1 format, 2 typed columns, 3 the rest, 4 verbatim records, 5 declared types, 6 the event time may miss;
  // of `cut`: 6 exact columns, 7 cells that are numbers.
  Plan(uint8_t how, uint8_t cut) {
    plan.format = how % 4 == 3 ? RECORD_FORMAT_JSON : how % 4;
    plan.columns = columns;
    plan.count = how & 4 ? 7 : 0;
    plan.rest = how >> 3 & 1;
    plan.verbatim = how >> 4 & 1;
    for (record_column &column : columns) {
      column.declared = how >> 5 & 1;
      column.exact = cut >> 6 & 1;
      column.numbers = cut >> 7;
    }
    plan.ingest_missing = how >> 6 & 1;
    plan.time_unit = RECORD_TIME_MS;
    plan.max_ahead = -1;
    // Small limits, so that short inputs reach them.
    plan.max_record = 600;
    plan.max_depth = 64;
    plan.max_key = 100;
    plan.rows_per_frame = 16;
    plan.bytes_per_frame = 2048;
    plan.delimiter = how & 128 ? ';' : ',';
  }
};

struct Result {
  std::string text;
  uint64_t rows = 0, dead = 0;
};

// Decodes the bytes, cut every `step` bytes, and encodes all rows.
Result run(const record_plan &plan, const record_encode_plan &encode, const uint8_t *bytes, size_t size, size_t step) {
  std::unique_ptr<record_decoder, void (*)(record_decoder *)> decoder(record_decoder_create(&plan), record_decoder_destroy);
  std::unique_ptr<record_encoder, void (*)(record_encoder *)> encoder(record_encoder_create(&encode), record_encoder_destroy);
  std::unique_ptr<uint8_t, void (*)(void *)> memory(static_cast<uint8_t *>(std::aligned_alloc(64, 1 << 20)), std::free);
  Result result;
  uint64_t last = 0;
  for (size_t at = 0, end = 0; at < size;) {
    end = end + step < size ? end + step : size;
    // A copy of exactly these bytes, so that a read beyond them is seen.
    std::unique_ptr<uint8_t[]> piece(new uint8_t[end - at]);
    std::memcpy(piece.get(), bytes + at, end - at);
    uint64_t taken = 0;
    for (;;) {
      record_step did = record_decode(decoder.get(), 7, piece.get() + taken, end - at - taken, end - at - taken, at + taken,
                                      end == size, 1700000000000000000);
      taken += did.consumed;
      uint64_t count;
      const record_dead *dead = record_dead_records(decoder.get(), &count);
      for (uint64_t i = 0; i < count; i++) {
        if (dead[i].offset < last || dead[i].offset + dead[i].bytes.length > size) fail("a dead record out of place", result.text);
        last = dead[i].offset;
      }
      result.dead += count;
      if (record_rows(decoder.get()) != 0) {
        uint64_t length = record_write_frame(decoder.get(), memory.get(), 1 << 20, 7, 0);
        tide_validation why;
        if (length == 0 || tide_validate(memory.get(), length, TIDE_FRAME_LIMIT, &why) != 0) fail("a bad frame", why.reason);
        const tide_frame *frame = reinterpret_cast<const tide_frame *>(memory.get());
        tide_batch batch = {sizeof batch, 0, frame, nullptr, frame->rows, 0};
        tide_string text = record_encode(encoder.get(), &batch);
        record_refused_rows(encoder.get(), &count);
        result.rows += frame->rows - count;
        result.text.append(text.data, text.length);
      }
      if (!did.frame_ready) break;
    }
    at += taken;
    if (end == size && at != size) fail("bytes are left", std::to_string(size - at));
  }
  return result;
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  Plan plan(data[0], data[1]);
  record_encode_plan encode = {};
  encode.format = data[0] & 3 ? RECORD_FORMAT_JSON : plan.plan.format;
  if (plan.plan.format == RECORD_FORMAT_CSV) encode.format = data[1] & 1 ? RECORD_FORMAT_CSV : RECORD_FORMAT_JSON;
  encode.verbatim = plan.plan.verbatim && encode.format == plan.plan.format;
  encode.delimiter = plan.plan.delimiter;
  const uint8_t *bytes = data + 2;
  size -= 2;
  Result whole = run(plan.plan, encode, bytes, size, size + 1);
  Result pieces = run(plan.plan, encode, bytes, size, data[1] / 2 + 1);
  // A sink of CSV takes its columns from the first frame, and frames end where pieces do.
  if (encode.format == RECORD_FORMAT_JSON && (whole.text != pieces.text || whole.dead != pieces.dead))
    fail("pieces give other rows", whole.text + "\n--\n" + pieces.text);

  // What was written, read again with everything kept, is written as the same.
  if (encode.verbatim || encode.format == RECORD_FORMAT_TEXT) return 0;
  Plan again(encode.format == RECORD_FORMAT_CSV ? 2 | 8 : 8, 0);
  again.plan.delimiter = encode.delimiter;
  again.plan.max_record = again.plan.max_key = 1 << 20;
  const uint8_t *text = reinterpret_cast<const uint8_t *>(whole.text.data());
  Result first = run(again.plan, encode, text, whole.text.size(), whole.text.size() + 1);
  if (first.dead != 0 || first.rows != whole.rows) fail("what was written cannot be read", whole.text);
  text = reinterpret_cast<const uint8_t *>(first.text.data());
  Result second = run(again.plan, encode, text, first.text.size(), first.text.size() + 1);
  if (second.text != first.text) fail("what was read is written otherwise", first.text + "\n--\n" + second.text);
  return 0;
}
