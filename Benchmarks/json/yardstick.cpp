// What a careful C++ programmer gets from simdjson On Demand: lines found with memchr, one document each, nothing kept.
//   clang++ -O3 -march=native -std=c++17 -o yardstick Benchmarks/json/yardstick.cpp -lsimdjson
#include <fcntl.h>
#include <simdjson.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

using namespace simdjson;

static double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// yardstick fields|w3 FILE: reads time, source, value and quality; or value alone, and copies the lines with value > 60.
int main(int argc, char **argv) {
  if (argc != 3) return 2;
  bool w3 = strcmp(argv[1], "w3") == 0;
  int file = open(argv[2], O_RDONLY);
  constexpr size_t chunk = 4 << 20;
  std::vector<char> buffer(chunk + (1 << 16) + SIMDJSON_PADDING), out(chunk + (1 << 16));
  ondemand::parser parser;
  size_t have = 0;
  unsigned long long rows = 0, bytes = 0, check = 0, written = 0;
  double start = cpu_seconds();
  for (;;) {
    ssize_t got = read(file, buffer.data() + have, chunk);
    if (got < 0) return 1;
    have += static_cast<size_t>(got);
    size_t at = 0, filled = 0;
    while (const void *found = memchr(buffer.data() + at, '\n', have - at)) {
      size_t end = static_cast<size_t>(static_cast<const char *>(found) - buffer.data());
      ondemand::document document;
      if (parser.iterate(buffer.data() + at, end - at, buffer.size() - at).get(document)) return 1;
      int64_t time = 0;
      double value = 0;
      std::string_view source, quality;
      if (w3) {
        if (document["value"].get(value)) return 1;
        if (value > 60) {
          memcpy(out.data() + filled, buffer.data() + at, end + 1 - at);
          filled += end + 1 - at;
        }
      } else {
        ondemand::object object;
        if (document.get_object().get(object) || object["time"].get(time) || object["source"].get(source) ||
            object["value"].get(value) || object["quality"].get(quality))
          return 1;
      }
      check += static_cast<unsigned long long>(time) + source.size() + quality.size() + static_cast<unsigned long long>(value);
      rows++;
      at = end + 1;
    }
    written += filled;
    bytes += at;
    memmove(buffer.data(), buffer.data() + at, have - at);
    have -= at;
    if (got == 0) break;
  }
  double seconds = cpu_seconds() - start;
  printf("%-8s %8.1f ns/row  %6.2f M rows/s  %6.2f GB/s  (%llu rows, check %llu, %llu bytes out)\n", argv[1],
         seconds * 1e9 / static_cast<double>(rows), static_cast<double>(rows) / seconds * 1e-6,
         static_cast<double>(bytes) / seconds * 1e-9, rows, check, written);
  return 0;
}
