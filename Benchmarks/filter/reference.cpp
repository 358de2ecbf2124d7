// The yardstick of the filter pipeline: what one thread and simdjson do when written for this one job.
//   clang++ -O3 -march=native -std=c++17 -o reference Benchmarks/filter/reference.cpp -lsimdjson
//   reference lines|stream LIMIT INPUT OUTPUT
// Copies the lines whose `value` is greater than LIMIT. `lines` finds each line and parses it alone, as a host must that keeps
// bad records apart; `stream` lets simdjson find the documents of a whole block, as a program may that trusts its input.
#undef SIMDJSON_THREADS_ENABLED
#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

using namespace simdjson;

namespace {

constexpr size_t block_bytes = 1 << 20;

[[noreturn]] void fail(const char *what) {
  fprintf(stderr, "reference: %s\n", what);
  exit(1);
}

struct Writer {
  int file;
  std::unique_ptr<char[]> bytes{new char[2 * block_bytes]};
  size_t used = 0;

  // At most one block at a time.
  void append(const char *line, size_t length) {
    if (used + length > 2 * block_bytes) flush();
    memcpy(bytes.get() + used, line, length);
    used += length;
  }

  void flush() {
    for (size_t done = 0; done < used;) {
      ssize_t wrote = write(file, bytes.get() + done, used - done);
      if (wrote <= 0) fail("cannot write");
      done += static_cast<size_t>(wrote);
    }
    used = 0;
  }
};

struct Filter {
  double limit;
  Writer out;
  ondemand::parser parser{};
  unsigned long long rows = 0, kept = 0;

  bool passes(ondemand::document_reference record) {
    double value;
    if (record["value"].get(value)) fail("a record without a number `value`");
    rows++;
    kept += value > limit;
    return value > limit;
  }

  // Both take whole lines, each with its line feed, and room after them that simdjson may read.
  void lines(const char *bytes, size_t length, size_t room) {
    for (size_t at = 0; at < length;) {
      const char *end = static_cast<const char *>(memchr(bytes + at, '\n', length - at)) + 1;
      size_t size = static_cast<size_t>(end - (bytes + at));
      ondemand::document record;
      if (parser.iterate(bytes + at, size - 1, room - at).get(record)) fail("a line that is not JSON");
      if (passes(record)) out.append(bytes + at, size);
      at += size;
    }
  }

  void stream(const char *bytes, size_t length, size_t room) {
    (void)room;
    ondemand::document_stream records;
    if (parser.iterate_many(bytes, length, length).get(records)) fail("a block that is not JSON");
    for (auto at = records.begin(); at != records.end(); ++at) {
      ondemand::document_reference record;
      if ((*at).get(record)) fail("a line that is not JSON");
      if (passes(record)) {
        const char *line = bytes + at.current_index();
        const char *end = static_cast<const char *>(memchr(line, '\n', static_cast<size_t>(bytes + length - line))) + 1;
        out.append(line, static_cast<size_t>(end - line));
      }
    }
  }
};

} // namespace

int main(int argc, char **argv) {
  if (argc != 5) fail("usage: reference lines|stream LIMIT INPUT OUTPUT");
  bool stream = strcmp(argv[1], "stream") == 0;
  int input = open(argv[3], O_RDONLY);
  int output = open(argv[4], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (input < 0 || output < 0) fail("cannot open the files");
  Filter filter{atof(argv[2]), Writer{output}};
  size_t room = 2 * block_bytes + SIMDJSON_PADDING, held = 0;
  std::unique_ptr<char[]> buffer(new char[room]);
  while (ssize_t got = read(input, buffer.get() + held, block_bytes)) {
    if (got < 0) fail("cannot read");
    held += static_cast<size_t>(got);
    const char *last = static_cast<const char *>(memrchr(buffer.get(), '\n', held));
    if (last == nullptr) fail("a line is too long");
    size_t whole = static_cast<size_t>(last - buffer.get()) + 1;
    if (stream)
      filter.stream(buffer.get(), whole, room);
    else
      filter.lines(buffer.get(), whole, room);
    memmove(buffer.get(), buffer.get() + whole, held - whole);
    held -= whole;
  }
  if (held != 0) fail("the last line does not end");
  filter.out.flush();
  fprintf(stderr, "%llu rows in, %llu out\n", filter.rows, filter.kept);
  return 0;
}
