// Plugins have this code, too, and export their entry alone.
#pragma GCC visibility push(hidden)
#include "tide_expressions.h"
#pragma GCC visibility pop

#include <absl/time/time.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

struct tide_zone {
  absl::TimeZone zone;
};

namespace {

constexpr uint64_t max_name = 64;

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

}  // namespace

tide_zone *tide_zone_new(const char *name, uint64_t length) try {
  if (!is_name(name, length)) return nullptr;
  std::string text(name, length);
  // The machine's own zone would make results differ from one machine to the next.
  if (text == "localtime") return nullptr;
  if (text == "UTC") return new tide_zone{absl::UTCTimeZone()};
  // The library remembers each name that it is asked for, so only names of files may reach it.
  const char *folder = getenv("TZDIR");
  std::string path = std::string(folder && *folder ? folder : "/usr/share/zoneinfo") + "/" + text;
  if (access(path.c_str(), R_OK) != 0) return nullptr;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(text, &zone)) return nullptr;
  return new tide_zone{zone};
} catch (...) {
  return nullptr;
}

void tide_zone_free(tide_zone *zone) { delete zone; }

int64_t tide_zone_offset(const tide_zone *zone, int64_t seconds) {
  return zone->zone.At(absl::FromUnixSeconds(seconds)).offset;
}
