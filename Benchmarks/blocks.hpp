// What the yardsticks over files of lines share: reading blocks of whole lines, writing blocks, and giving up.
#pragma once
#undef SIMDJSON_THREADS_ENABLED
#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

namespace blocks {

constexpr size_t bytes = 1 << 20;

[[noreturn]] inline void fail(const char *what) {
  fprintf(stderr, "reference: %s\n", what);
  exit(1);
}

inline int open_input(const char *path) {
  int file = open(path, O_RDONLY);
  if (file < 0) fail("cannot open the input");
  return file;
}

// Collects what is written to a file, up to a block at a time.
class Writer {
public:
  explicit Writer(const char *path) : file(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644)) {
    if (file < 0) fail("cannot open the output");
  }

  // At most one block.
  Writer &text(std::string_view part) {
    if (used + part.size() > room) flush();
    memcpy(held.get() + used, part.data(), part.size());
    used += part.size();
    return *this;
  }

  template <class Number> Writer &number(Number value) {
    char digits[40];
    return text({digits, static_cast<size_t>(std::to_chars(digits, digits + sizeof digits, value).ptr - digits)});
  }

  void flush() {
    for (size_t done = 0; done < used;) {
      ssize_t wrote = write(file, held.get() + done, used - done);
      if (wrote <= 0) fail("cannot write");
      done += static_cast<size_t>(wrote);
    }
    used = 0;
  }

private:
  static constexpr size_t room = 2 * bytes;
  int file;
  std::unique_ptr<char[]> held{new char[room]};
  size_t used = 0;
};

// Calls `take(lines, length, room)` for each block of whole lines, with room behind them that simdjson may read.
template <class Take> void for_each(int input, Take take) {
  size_t room = 2 * bytes + simdjson::SIMDJSON_PADDING, held = 0;
  std::unique_ptr<char[]> buffer(new char[room]);
  while (ssize_t got = read(input, buffer.get() + held, bytes)) {
    if (got < 0) fail("cannot read");
    held += static_cast<size_t>(got);
    const char *last = static_cast<const char *>(memrchr(buffer.get(), '\n', held));
    if (last == nullptr) fail("a line is too long");
    size_t whole = static_cast<size_t>(last - buffer.get()) + 1;
    take(buffer.get(), whole, room);
    memmove(buffer.get(), buffer.get() + whole, held - whole);
    held -= whole;
  }
  if (held != 0) fail("the last line does not end");
}

// Calls `take(line, length, record)` for each line of a block, its line feed among its bytes.
template <class Take>
void for_each_line(simdjson::ondemand::parser &parser, const char *lines, size_t length, size_t room, Take take) {
  for (size_t at = 0; at < length;) {
    const char *end = static_cast<const char *>(memchr(lines + at, '\n', length - at)) + 1;
    size_t size = static_cast<size_t>(end - (lines + at));
    simdjson::ondemand::document record;
    if (parser.iterate(lines + at, size - 1, room - at).get(record)) fail("a line that is not JSON");
    take(lines + at, size, record);
    at += size;
  }
}

} // namespace blocks
