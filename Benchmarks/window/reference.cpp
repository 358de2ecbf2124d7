// The yardstick of windows from JSON: what one thread and simdjson do when written for this one job.
//   clang++ -O3 -march=native -std=c++17 -o windows Benchmarks/window/reference.cpp -lsimdjson
//   windows SIZE EVERY INPUT OUTPUT        (milliseconds)
// Reads each line alone, keeps good readings, adds them to panes by `source`, and writes a window when a watermark two seconds behind
// the greatest time has passed its end. What is late is counted and dropped.
#include "../blocks.hpp"

#include <algorithm>
#include <deque>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

using namespace simdjson;
using blocks::fail;

namespace {

constexpr int64_t delay = 2000;

struct Cell {
  int64_t count = 0;
  double sum = 0, least = 0, greatest = 0;

  void add(double value) {
    least = count == 0 || value < least ? value : least;
    greatest = count == 0 || value > greatest ? value : greatest;
    count++;
    sum += value;
  }
  void add(const Cell &other) {
    if (other.count == 0) return;
    least = count == 0 ? other.least : std::min(least, other.least);
    greatest = count == 0 ? other.greatest : std::max(greatest, other.greatest);
    count += other.count;
    sum += other.sum;
  }
};

struct Windows {
  int64_t size, every;
  blocks::Writer out;
  int64_t pane = std::gcd(size, every);
  ondemand::parser parser{};
  std::unordered_map<std::string, size_t> numbers{};
  std::vector<std::string> names{};
  std::string name{};
  // Cells of each pane by key, from pane `first` on.
  std::deque<std::vector<Cell>> panes{};
  int64_t first = 0, next_end = 0, greatest = INT64_MIN;
  unsigned long long rows = 0, kept = 0, late = 0, results = 0;

  void take(ondemand::document_reference record) {
    int64_t time;
    std::string_view source, quality;
    double value;
    ondemand::object fields;
    if (record.get_object().get(fields) || fields["ts"].get(time) || fields["source"].get(source) ||
        fields["value"].get(value) || fields["quality"].get(quality))
      fail("a record that is no reading");
    rows++;
    if (quality == "good") add(time, source, value);
    if (time > greatest) {
      greatest = time;
      close(greatest - delay);
    }
  }

  void add(int64_t time, std::string_view source, double value) {
    kept++;
    int64_t index = time / pane;
    if (kept == 1) begin(index);
    if (index < first) {
      late++;
      return;
    }
    while (index >= first + static_cast<int64_t>(panes.size())) panes.emplace_back();
    name.assign(source);
    auto [found, is_new] = numbers.try_emplace(name, names.size());
    if (is_new) names.push_back(name);
    std::vector<Cell> &cells = panes[static_cast<size_t>(index - first)];
    if (cells.size() <= found->second) cells.resize(names.size());
    cells[found->second].add(value);
  }

  void begin(int64_t index) {
    first = index - (delay + size) / pane;
    next_end = (first * pane / every + 1) * every;
  }

  void close(int64_t watermark) {
    if (panes.empty()) return;
    for (; next_end <= watermark && !panes.empty(); next_end += every) {
      write_window();
      while (!panes.empty() && first * pane < next_end + every - size) {
        panes.pop_front();
        first++;
      }
    }
  }

  void write_window() {
    int64_t start = next_end - size;
    for (size_t key = 0; key < names.size(); key++) {
      Cell sum;
      for (int64_t index = std::max(first, start / pane); index < next_end / pane; index++) {
        size_t at = static_cast<size_t>(index - first);
        if (at < panes.size() && key < panes[at].size()) sum.add(panes[at][key]);
      }
      if (sum.count == 0) continue;
      results++;
      out.text("{\"source\":\"").text(names[key]).text("\",\"window_start\":").number(start).text(",\"window_end\":");
      out.number(next_end).text(",\"count\":").number(sum.count).text(",\"sum\":").number(sum.sum).text(",\"avg\":");
      out.number(sum.sum / static_cast<double>(sum.count)).text(",\"min\":").number(sum.least).text(",\"max\":");
      out.number(sum.greatest).text("}\n");
    }
  }
};

} // namespace

int main(int argc, char **argv) {
  if (argc != 5) fail("usage: windows SIZE EVERY INPUT OUTPUT");
  Windows windows{atoll(argv[1]), atoll(argv[2]), blocks::Writer{argv[4]}};
  if (windows.every <= 0 || windows.size < windows.every) fail("SIZE is at least EVERY");
  blocks::for_each(blocks::open_input(argv[3]), [&](const char *lines, size_t length, size_t room) {
    blocks::for_each_line(windows.parser, lines, length, room,
                          [&](const char *, size_t, ondemand::document_reference record) { windows.take(record); });
  });
  windows.close(INT64_MAX - windows.every);
  windows.out.flush();
  fprintf(stderr, "%llu rows in, %llu kept, %llu late, %llu results\n", windows.rows, windows.kept, windows.late, windows.results);
  return 0;
}
