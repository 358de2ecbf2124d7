// Plugins have this code, too, and export their entry alone.
#pragma GCC visibility push(hidden)
#include "tide_expressions.h"
#pragma GCC visibility pop

#include <locale.h>
#include <stdlib.h>

#include <charconv>
#include <cstring>
#include <string>
#include <system_error>

namespace {

uint64_t written(std::to_chars_result result, const char *out) {
  return result.ec == std::errc() ? uint64_t(result.ptr - out) : 0;
}

bool is_plain(const char *text, const char *end) {
  // from_chars takes names of infinities and of NaN besides.
  for (; text != end; text++)
    if (!strchr("0123456789.eE+-", *text)) return false;
  return true;
}

}  // namespace

uint64_t tide_double_scientific(double value, int precision, char *out, uint64_t capacity) {
  if (precision < 0) return written(std::to_chars(out, out + capacity, value, std::chars_format::scientific), out);
  return written(std::to_chars(out, out + capacity, value, std::chars_format::scientific, precision), out);
}

uint64_t tide_double_fixed(double value, int precision, char *out, uint64_t capacity) {
  return written(std::to_chars(out, out + capacity, value, std::chars_format::fixed, precision), out);
}

bool tide_double_parse(const char *text, uint64_t length, double *out) try {
  const char *end = text + length;
  if (length == 0 || !is_plain(text, end)) return false;
  std::from_chars_result result = std::from_chars(text, end, *out);
  if (result.ptr != end || result.ec == std::errc::invalid_argument) return false;
  if (result.ec == std::errc()) return true;
  // Out of range, and from_chars does not say on which side.
  static const locale_t c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  std::string copy(text, length);
  *out = strtod_l(copy.c_str(), nullptr, c_locale);
  return true;
} catch (...) {
  return false;
}
