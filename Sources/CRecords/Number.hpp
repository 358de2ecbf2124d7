// Numbers of JSON (RFC 8259, section 6): their grammar and their exact values.
#ifndef TIDEMILL_CRECORDS_NUMBER_HPP
#define TIDEMILL_CRECORDS_NUMBER_HPP

#include "Bytes.hpp"

namespace records {

// A literal: (-1)^negative * digits * 10^exponent, unless `truncated`: then only the text tells.
struct Number {
  const uint8_t *begin, *end;
  uint64_t digits;
  int32_t exponent;
  bool negative;
  bool integer; // neither fraction nor exponent
  bool truncated;
};

// Whether a byte may follow a scalar: white space, ',', ']' and '}'.
inline bool is_after_scalar(uint8_t c) {
  return c <= ' ' ? c == ' ' || c == '\n' || c == '\r' || c == '\t' : c == ',' || c == ']' || c == '}';
}

// The general part of read_number: fractions, exponents, long literals.
bool read_long_number(const uint8_t *p, Number &number);

// Eight digits at p as a number, if that is what stands there (little-endian; three steps join neighbours).
inline bool read_eight_digits(const uint8_t *p, uint64_t &value) {
  uint64_t word = load64(p);
  // A digit's upper half is 3, also after adding 6 to it.
  if (((word & 0xF0F0F0F0F0F0F0F0ull) | ((word + 0x0606060606060606ull) & 0xF0F0F0F0F0F0F0F0ull) >> 4) != 0x3333333333333333ull)
    return false;
  word -= 0x3030303030303030ull;
  word = word * 10 + (word >> 8);
  word = ((word & 0x000000FF000000FFull) * (100 + (1000000ull << 32)) + (word >> 16 & 0x000000FF000000FFull) * (1 + (10000ull << 32))) >> 32;
  value = word;
  return true;
}

// Reads the literal at p. False: that is no number.
__attribute__((always_inline)) inline bool read_number(const uint8_t *p, Number &number) {
  const uint8_t *begin = p;
  bool negative = *p == '-';
  p += negative;
  const uint8_t *first = p;
  uint64_t digits = 0, eight;
  if (read_eight_digits(p, eight)) {
    digits = eight;
    p += 8;
  }
  while (static_cast<uint8_t>(*p - '0') < 10) digits = digits * 10 + (*p++ - '0');
  std::ptrdiff_t count = p - first;
  if (__builtin_expect(count == 0 || (count > 1 && *first == '0'), 0)) return false;
  int32_t exponent = 0;
  bool integer = true;
  if (*p == '.') {
    const uint8_t *point = p++;
    while (static_cast<uint8_t>(*p - '0') < 10) digits = digits * 10 + (*p++ - '0');
    exponent = static_cast<int32_t>(point + 1 - p);
    if (__builtin_expect(exponent == 0, 0)) return false;
    count -= exponent;
    integer = false;
  }
  if (__builtin_expect(!is_after_scalar(*p) || count > 19, 0)) return read_long_number(begin, number);
  number = {begin, p, digits, exponent, negative, integer, false};
  return true;
}

// The end of the literal at p, whose value nobody wants; NULL: that is no number.
inline const uint8_t *skip_number(const uint8_t *p) {
  const uint8_t *begin = p;
  p += *p == '-';
  const uint8_t *first = p;
  uint64_t ignored;
  if (read_eight_digits(p, ignored)) p += 8;
  while (static_cast<uint8_t>(*p - '0') < 10) p++;
  if (__builtin_expect(p == first || (p - first > 1 && *first == '0'), 0)) return nullptr;
  if (*p == '.') {
    const uint8_t *point = p++;
    while (static_cast<uint8_t>(*p - '0') < 10) p++;
    if (__builtin_expect(p == point + 1, 0)) return nullptr;
  }
  if (__builtin_expect(is_after_scalar(*p), 1)) return p;
  Number number;
  return read_long_number(begin, number) ? number.end : nullptr;
}

// The value as an i64; false when the literal is no integer or does not fit.
inline bool to_i64(const Number &number, int64_t &value) {
  if (!number.integer || number.truncated) return false;
  if (number.digits > static_cast<uint64_t>(INT64_MAX) + number.negative) return false;
  value = static_cast<int64_t>(number.negative ? 0 - number.digits : number.digits);
  return true;
}

bool to_double_slowly(const Number &number, double &value);

// The nearest double; false when it would be infinite.
inline bool to_double(const Number &number, double &value) {
  static constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  // Both factors are exact, so the one rounding is the right one (Clinger 1990).
  if (!number.truncated && number.digits <= (1ull << 53) && number.exponent >= -22 && number.exponent <= 22) {
    double digits = static_cast<double>(number.digits);
    digits = number.exponent < 0 ? digits / powers[-number.exponent] : digits * powers[number.exponent];
    value = number.negative ? -digits : digits;
    return true;
  }
  return to_double_slowly(number, value);
}

// Whether `value`, nearest to an integer literal, equals it.
bool is_exact(const Number &number, double value);

// Whether the shortest text of `value`, nearest to a literal, is that literal's value.
bool is_faithful_slowly(const Number &number, double value);
inline bool is_faithful(const Number &number, double value) {
  // Every decimal of 15 digits comes back from the nearest double, as long as that is a normal one.
  bool is_short = !number.truncated && number.digits < 1000000000000000ull && number.exponent >= -290 && number.exponent <= 290;
  return __builtin_expect(is_short, 1) || is_faithful_slowly(number, value);
}

// Whether a look shows that a decimal of 38 digits holds it, as nearly all literals there are.
inline bool is_plain(const Number &number) {
  return !number.truncated && static_cast<uint32_t>(number.exponent + 18) <= 18;
}

// floor(number * 10^shift) as an i64; false when it does not fit.
bool to_scaled(const Number &number, int32_t shift, int64_t &value);

// The literal as value * 10^-scale, both of at most 38 digits; false for others.
bool to_decimal(const Number &number, int128 &value, uint8_t &scale);

} // namespace records
#endif
