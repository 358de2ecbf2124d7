// The yardstick of the filter pipeline: what one thread and simdjson do when written for this one job.
//   clang++ -O3 -march=native -std=c++17 -o reference Benchmarks/filter/reference.cpp -lsimdjson
//   reference lines|stream LIMIT INPUT OUTPUT
// Copies the lines whose `value` is greater than LIMIT. `lines` finds each line and parses it alone, as a host must that keeps
// bad records apart; `stream` lets simdjson find the documents of a whole block, as a program may that trusts its input.
#include "../blocks.hpp"

using namespace simdjson;
using blocks::fail;

namespace {

struct Filter {
  double limit;
  blocks::Writer out;
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
    blocks::for_each_line(parser, bytes, length, room, [&](const char *line, size_t size, ondemand::document_reference record) {
      if (passes(record)) out.text({line, size});
    });
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
        out.text({line, static_cast<size_t>(end - line)});
      }
    }
  }
};

} // namespace

int main(int argc, char **argv) {
  if (argc != 5) fail("usage: reference lines|stream LIMIT INPUT OUTPUT");
  bool stream = strcmp(argv[1], "stream") == 0;
  Filter filter{atof(argv[2]), blocks::Writer{argv[4]}};
  blocks::for_each(blocks::open_input(argv[3]), [&](const char *bytes, size_t length, size_t room) {
    if (stream)
      filter.stream(bytes, length, room);
    else
      filter.lines(bytes, length, room);
  });
  filter.out.flush();
  fprintf(stderr, "%llu rows in, %llu out\n", filter.rows, filter.kept);
  return 0;
}
