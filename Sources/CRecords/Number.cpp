#include "Number.hpp"

#include <charconv>

namespace records {

namespace {
bool is_digit(uint8_t c) { return static_cast<uint8_t>(c - '0') < 10; }

// Far beyond the exponents that matter, and far from overflow.
constexpr int32_t exponent_limit = 1 << 28;
} // namespace

bool read_long_number(const uint8_t *p, Number &number) {
  number.begin = p;
  number.digits = 0;
  number.exponent = 0;
  number.integer = true;
  number.truncated = false;
  number.negative = *p == '-';
  p += number.negative;
  const uint8_t *first = p;
  uint32_t significant = 0;
  auto take = [&](uint8_t c) {
    if (significant < 19) number.digits = number.digits * 10 + (c - '0');
    significant += significant != 0 || c != '0';
  };
  while (is_digit(*p)) take(*p++);
  if (p == first || (p - first > 1 && *first == '0')) return false;
  if (*p == '.') {
    const uint8_t *point = p++;
    while (is_digit(*p)) take(*p++);
    number.exponent = static_cast<int32_t>(point + 1 - p);
    if (number.exponent == 0) return false;
    number.integer = false;
  }
  if (*p == 'e' || *p == 'E') {
    p++;
    bool down = *p == '-';
    p += down || *p == '+';
    const uint8_t *start = p;
    int32_t exponent = 0;
    for (; is_digit(*p); p++)
      if (exponent < exponent_limit) exponent = exponent * 10 + (*p - '0');
    if (p == start) return false;
    if (exponent > exponent_limit) exponent = exponent_limit;
    number.exponent += down ? -exponent : exponent;
    number.integer = false;
  }
  number.end = p;
  number.truncated = significant > 19;
  return is_after_scalar(*p);
}

bool to_double_slowly(const Number &number, double &value) {
  const char *begin = reinterpret_cast<const char *>(number.begin), *end = reinterpret_cast<const char *>(number.end);
  std::from_chars_result result = std::from_chars(begin, end, value);
  if (result.ec == std::errc()) return true;
  // Too large or too small: the place of the first digit tells which.
  const char *p = begin + number.negative;
  int64_t place = number.exponent;
  bool nonzero = false;
  for (; p < end && *p != 'e' && *p != 'E'; p++) {
    if (*p == '.') continue;
    if (nonzero || *p != '0') {
      nonzero = true;
      place++;
    }
  }
  if (nonzero && place > 0) return false;
  value = number.negative ? -0.0 : 0.0;
  return true;
}

bool is_exact(const Number &number, double value) {
  if (!number.truncated) {
    if (number.digits <= (1ull << 53)) return true;
    double size = value < 0 ? -value : value;
    return size < 18446744073709551616.0 && static_cast<uint64_t>(size) == number.digits;
  }
  // All digits of the double against those of the literal. The largest double has 309.
  char text[400];
  std::to_chars_result result = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 0);
  return result.ec == std::errc() && result.ptr - text == number.end - number.begin &&
         std::memcmp(text, number.begin, static_cast<size_t>(result.ptr - text)) == 0;
}

bool to_scaled(const Number &number, int32_t shift, int64_t &value) {
  // The digits before the shifted point are the value; a digit other than zero behind it only matters below zero.
  const uint8_t *p = number.begin + number.negative;
  int64_t left = 0; // digits of the literal before the shifted point
  for (const uint8_t *q = p; q < number.end && (is_digit(*q) || *q == '.'); q++) left += *q != '.';
  left += static_cast<int64_t>(number.exponent) + shift;
  uint128 whole = 0;
  constexpr uint128 limit = static_cast<uint128>(1) << 64;
  bool below = false;
  for (; p < number.end && (is_digit(*p) || *p == '.'); p++) {
    if (*p == '.') continue;
    if (left > 0) {
      whole = whole * 10 + (*p - '0');
      left--;
      if (whole > limit) return false;
    } else {
      below |= *p != '0';
    }
  }
  for (; left > 0 && whole != 0; left--) {
    whole *= 10;
    if (whole > limit) return false;
  }
  if (number.negative) {
    whole += below;
    if (whole > static_cast<uint128>(INT64_MAX) + 1) return false;
    value = static_cast<int64_t>(0 - static_cast<uint64_t>(whole));
    return true;
  }
  if (whole > static_cast<uint128>(INT64_MAX)) return false;
  value = static_cast<int64_t>(whole);
  return true;
}

namespace {

// Significant digits, neither a zero at the front nor one at the end, and the power of ten of the last; "" is zero.
struct Decimal {
  const char *digits;
  size_t count;
  int64_t power;
};

// The digits go to `into`, of which `capacity` bytes are used at most; false when there are more.
bool read_decimal(const uint8_t *p, const uint8_t *end, char *into, size_t capacity, Decimal &decimal) {
  size_t count = 0;
  int64_t power = 0, zeros = 0;
  bool fraction = false;
  for (; p < end && (is_digit(*p) || *p == '.'); p++) {
    if (*p == '.') {
      fraction = true;
      continue;
    }
    power -= fraction;
    if (*p == '0') {
      zeros += count != 0;
      continue;
    }
    // Zeros count only when something follows them.
    if (count + static_cast<size_t>(zeros) + 1 > capacity) return false;
    for (; zeros > 0; zeros--) into[count++] = '0';
    into[count++] = static_cast<char>(*p);
  }
  power += zeros;
  if (p < end) {
    bool down = p[1] == '-';
    int64_t exponent = 0;
    for (p += 1 + (down || p[1] == '+'); p < end; p++)
      if (exponent < exponent_limit) exponent = exponent * 10 + (*p - '0');
    power += down ? -exponent : exponent;
  }
  decimal = {into, count, count == 0 ? 0 : power};
  return true;
}

} // namespace

bool is_faithful_slowly(const Number &number, double value) {
  char text[40], mine[24], theirs[24];
  std::to_chars_result shortest = std::to_chars(text, text + sizeof text, value < 0 ? -value : value, std::chars_format::scientific);
  Decimal a, b;
  if (!read_decimal(number.begin + number.negative, number.end, mine, sizeof mine, a)) return false;
  read_decimal(reinterpret_cast<const uint8_t *>(text), reinterpret_cast<const uint8_t *>(shortest.ptr), theirs, sizeof theirs, b);
  return a.count == b.count && a.power == b.power && std::memcmp(a.digits, b.digits, a.count) == 0;
}

bool to_decimal(const Number &number, int128 &value, uint8_t &scale) {
  char digits[38];
  Decimal decimal;
  if (!read_decimal(number.begin + number.negative, number.end, digits, sizeof digits, decimal)) return false;
  if (decimal.power < -38 || static_cast<int64_t>(decimal.count) + decimal.power > 38) return false;
  int128 whole = 0;
  for (size_t i = 0; i < decimal.count; i++) whole = whole * 10 + (digits[i] - '0');
  for (int64_t i = 0; i < decimal.power; i++) whole *= 10;
  value = number.negative ? -whole : whole;
  scale = static_cast<uint8_t>(decimal.power < 0 ? -decimal.power : 0);
  return true;
}

} // namespace records
