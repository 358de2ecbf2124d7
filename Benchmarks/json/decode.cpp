// How fast records become frames, against a bare simdjson loop over the same lines.
//   clang++ -O2 -std=c++17 -ISources/CRecords/include -Iinclude Sources/CRecords/*.cpp Benchmarks/json/decode.cpp -lsimdjson -o decode
//   clang++ -O3 -march=native -std=c++17 -o yardstick Benchmarks/json/yardstick.cpp -lsimdjson
// See ../README.md.
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "CRecords.h"

namespace {

double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

record_column column(const char *name, uint8_t type, uint8_t role = TIDE_NONE_ROLE) {
  return {{name, strlen(name)}, type, role, 1};
}

// The rows with value > 60, as W3 wants them.
uint32_t select(const tide_frame *frame, std::vector<uint16_t> &into) {
  const double *values = tide_f64_vec(frame, tide_find(frame, "value"));
  uint32_t count = 0;
  into.resize(frame->rows);
  for (uint32_t i = 0; i < frame->rows; i++) {
    into[count] = static_cast<uint16_t>(i);
    count += values[i] > 60;
  }
  return count;
}

} // namespace

// decode fields|rest|w3|rewrite FILE: four columns; those and the rest; one column, verbatim records and the output; four columns,
// the rest and the output as JSON.
int main(int argc, char **argv) {
  if (argc != 3) return 2;
  bool w3 = strcmp(argv[1], "w3") == 0, rewrite = strcmp(argv[1], "rewrite") == 0;
  record_column four[] = {column("time", TIDE_TIME, TIDE_ROLE_EVENT_TIME), column("source", TIDE_UTF8, TIDE_ROLE_KEY),
                         column("value", TIDE_F64), column("quality", TIDE_UTF8)};
  record_plan plan = {};
  plan.columns = w3 ? four + 2 : four;
  plan.count = w3 ? 1 : 4;
  plan.rest = rewrite || strcmp(argv[1], "rest") == 0;
  plan.verbatim = w3;
  plan.time_unit = RECORD_TIME_MS;
  plan.max_ahead = -1;
  plan.max_record = 8 << 20;
  plan.max_depth = 16;
  plan.max_key = 64 << 10;
  plan.rows_per_frame = 1024;
  plan.bytes_per_frame = 64 << 10;
  record_encode_plan encode = {RECORD_FORMAT_JSON, RECORD_TIME_PLAIN, w3};
  record_decoder *decoder = record_decoder_create(&plan);
  record_encoder *encoder = record_encoder_create(&encode);

  int file = open(argv[2], O_RDONLY);
  constexpr size_t chunk = 4 << 20;
  std::vector<uint8_t> buffer(chunk + (1 << 16) + 64);
  uint8_t *frame = static_cast<uint8_t *>(aligned_alloc(64, 16 << 20));
  std::vector<uint16_t> selection;
  size_t have = 0;
  uint64_t offset = 0, rows = 0, frames = 0, bytes = 0, written = 0;
  double start = cpu_seconds();
  for (;;) {
    ssize_t got = read(file, buffer.data() + have, chunk);
    if (got < 0) return 1;
    have += static_cast<size_t>(got);
    size_t at = 0;
    for (;;) {
      record_step step = record_decode(decoder, 0, buffer.data() + at, have - at, buffer.size() - at, offset + at, got == 0, 0);
      at += step.consumed;
      if (record_rows(decoder) != 0 && (step.frame_ready || got == 0)) {
        uint64_t length = record_frame_bytes(decoder);
        record_write_frame(decoder, frame, 16 << 20, 0, 0);
        const tide_frame *f = reinterpret_cast<const tide_frame *>(frame);
        rows += f->rows;
        frames++;
        bytes += length;
        if (w3 || rewrite) {
          tide_batch batch = {sizeof batch, 0, f, nullptr, f->rows, 0};
          if (w3) {
            batch.count = select(f, selection);
            batch.selection = selection.data();
          }
          written += record_encode(encoder, &batch).length;
        }
      }
      if (!step.frame_ready) break;
    }
    memmove(buffer.data(), buffer.data() + at, have - at);
    have -= at;
    offset += at;
    if (got == 0) break;
  }
  double seconds = cpu_seconds() - start;
  printf("%-8s %8.1f ns/row  %6.2f M rows/s  %6.2f GB/s  (%llu rows, %llu frames of %llu bytes, %llu bytes out)\n", argv[1],
         seconds * 1e9 / static_cast<double>(rows), static_cast<double>(rows) / seconds * 1e-6,
         static_cast<double>(offset) / seconds * 1e-9, static_cast<unsigned long long>(rows),
         static_cast<unsigned long long>(frames), static_cast<unsigned long long>(bytes / std::max<uint64_t>(frames, 1)),
         static_cast<unsigned long long>(written));
  record_decoder_destroy(decoder);
  record_encoder_destroy(encoder);
  return 0;
}
