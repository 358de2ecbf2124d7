// What a careful C++ programmer gets from simdjson On Demand: lines found with memchr, one document each, nothing kept.
//   clang++ -O3 -march=native -std=c++17 -shared -fPIC -o yardstick.so Benchmarks/json/yardstick.cpp -lsimdjson
// A library of its own, so that its inline functions are not those that the decoder was compiled with.
#undef SIMDJSON_THREADS_ENABLED
#include <simdjson.h>

#include <cstring>
#include <string_view>

using namespace simdjson;

extern "C" __attribute__((visibility("default"))) uint64_t yardstick(const char *bytes, size_t length, size_t room, bool one);

// Reads ts, source, value and quality of every line, or with `one` value alone. Gives a sum over all that was read, so that nothing
// is left out; 0 when a line is not as expected. `room` bytes from the start may be read.
uint64_t yardstick(const char *bytes, size_t length, size_t room, bool one) {
  ondemand::parser parser;
  uint64_t check = 0;
  for (size_t at = 0; at < length;) {
    const void *found = memchr(bytes + at, '\n', length - at);
    size_t end = found == nullptr ? length : static_cast<size_t>(static_cast<const char *>(found) - bytes);
    int64_t time = 0;
    double value = 0;
    std::string_view source, quality;
    ondemand::document document;
    if (parser.iterate(bytes + at, end - at, room - at).get(document)) return 0;
    if (one) {
      if (document["value"].get(value)) return 0;
    } else {
      ondemand::object object;
      if (document.get_object().get(object) || object["ts"].get(time) || object["source"].get(source) ||
          object["value"].get(value) || object["quality"].get(quality))
        return 0;
    }
    check += static_cast<uint64_t>(time) + source.size() + quality.size() + static_cast<uint64_t>(value) + 1;
    at = end + 1;
  }
  return check;
}
