// Plugins have this code, too, and export their entry alone.
#pragma GCC visibility push(hidden)
#include "tide_expressions.h"
#pragma GCC visibility pop

#include <absl/time/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

struct tide_zone {
  absl::TimeZone zone;
};

namespace {

constexpr uint64_t max_name = TIDE_ZONE_NAME;

bool is_name(const char *name, uint64_t length) {
  if (length == 0 || length > max_name) return false;
  for (uint64_t i = 0; i < length; i++) {
    char c = name[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool inner = c == '/' || c == '-' || c == '+' || c == '_' || (c >= '0' && c <= '9');
    if (!letter && !(inner && i > 0)) return false;
  }
  return true;
}

// Where the library reads zones from.
std::string database() {
  const char *folder = getenv("TZDIR");
  return folder && *folder ? folder : "/usr/share/zoneinfo";
}

// True for a file of a zone (RFC 9636, section 3.1), which lists and tables beside them are not.
bool is_zone(const std::filesystem::path &path) {
  char magic[4] = {};
  return std::ifstream(path, std::ios::binary).read(magic, sizeof magic) && memcmp(magic, "TZif", sizeof magic) == 0;
}

std::string lowercased(std::string text) {
  for (char &c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return text;
}

// Letters that are put in, left out, changed or swapped with their neighbour.
size_t edits(const std::string &one, const std::string &other) {
  std::vector<size_t> before, last(other.size() + 1), row(other.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (size_t i = 0; i < one.size(); i++) {
    row[0] = i + 1;
    for (size_t j = 0; j < other.size(); j++) {
      row[j + 1] = std::min({last[j + 1] + 1, row[j] + 1, last[j] + (one[i] == other[j] ? 0 : 1)});
      if (i > 0 && j > 0 && one[i] == other[j - 1] && one[i - 1] == other[j]) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
    }
    before = std::exchange(last, row);
  }
  return last[other.size()];
}

// Of an abbreviation another letter makes another zone, not the one that was meant.
size_t most_edits(size_t length) { return length < 4 ? 0 : std::min<size_t>(3, length / 3); }

}  // namespace

tide_zone *tide_zone_new(const char *name, uint64_t length) try {
  if (!is_name(name, length)) return nullptr;
  std::string text(name, length);
  // The machine's own zone would make results differ from one machine to the next.
  if (text == "localtime") return nullptr;
  if (text == "UTC") return new tide_zone{absl::UTCTimeZone()};
  // The library remembers each name that it is asked for, so only names of files may reach it.
  std::string path = database() + "/" + text;
  if (access(path.c_str(), R_OK) != 0) return nullptr;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(text, &zone)) return nullptr;
  return new tide_zone{zone};
} catch (...) {
  return nullptr;
}

uint64_t tide_zone_nearest(const char *name, uint64_t length, char *out, uint64_t capacity) try {
  namespace fs = std::filesystem;
  if (length == 0 || length > max_name) return 0;
  std::string wanted = lowercased(std::string(name, length));
  bool is_city = wanted.find('/') == std::string::npos;
  // A directory has no order: of names that are equally near the shortest is taken, and then the first.
  std::tuple<size_t, size_t, std::string> best(most_edits(wanted.size()), max_name + 1, "");
  fs::path root = database();
  for (fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied), end; entry != end; ++entry) {
    std::string found = entry->path().lexically_relative(root).generic_string();
    // The same zones again, with other seconds.
    if (found == "posix" || found == "right") entry.disable_recursion_pending();
    if (!is_name(found.data(), found.size()) || found == "localtime" || !entry->is_regular_file()) continue;
    std::string candidate = lowercased(found);
    size_t distance = edits(wanted, candidate);
    if (is_city) distance = std::min(distance, edits(wanted, candidate.substr(candidate.rfind('/') + 1)));
    auto nearer = std::make_tuple(distance, found.size(), found);
    if (nearer < best && is_zone(entry->path())) best = nearer;
  }
  const std::string &meant = std::get<2>(best);
  if (meant.size() > capacity) return 0;
  memcpy(out, meant.data(), meant.size());
  return meant.size();
} catch (...) {
  return 0;
}

void tide_zone_free(tide_zone *zone) { delete zone; }

int64_t tide_zone_offset(const tide_zone *zone, int64_t seconds) {
  return zone->zone.At(absl::FromUnixSeconds(seconds)).offset;
}
