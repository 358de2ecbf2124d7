#include "Text.hpp"

#include <charconv>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace records {

namespace {

// Four hexadecimal digits; -1 when one is none.
int32_t hex4(const uint8_t *p) {
  int32_t value = 0;
  for (int i = 0; i < 4; i++) {
    uint8_t c = p[i];
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

uint8_t *put_scalar(uint8_t *into, uint32_t c) {
  if (c < 0x80) {
    *into++ = static_cast<uint8_t>(c);
  } else if (c < 0x800) {
    *into++ = static_cast<uint8_t>(0xC0 | c >> 6);
    *into++ = static_cast<uint8_t>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    *into++ = static_cast<uint8_t>(0xE0 | c >> 12);
    *into++ = static_cast<uint8_t>(0x80 | (c >> 6 & 63));
    *into++ = static_cast<uint8_t>(0x80 | (c & 63));
  } else {
    *into++ = static_cast<uint8_t>(0xF0 | c >> 18);
    *into++ = static_cast<uint8_t>(0x80 | (c >> 12 & 63));
    *into++ = static_cast<uint8_t>(0x80 | (c >> 6 & 63));
    *into++ = static_cast<uint8_t>(0x80 | (c & 63));
  }
  return into;
}

uint8_t *put_escape(uint8_t *into, uint8_t c) {
  static constexpr char hex[] = "0123456789abcdef";
  *into++ = '\\';
  switch (c) {
  case '"':
  case '\\': *into++ = c; return into;
  case '\b': *into++ = 'b'; return into;
  case '\f': *into++ = 'f'; return into;
  case '\n': *into++ = 'n'; return into;
  case '\r': *into++ = 'r'; return into;
  case '\t': *into++ = 't'; return into;
  default:
    std::memcpy(into, "u00", 3);
    into[3] = static_cast<uint8_t>(hex[c >> 4]);
    into[4] = static_cast<uint8_t>(hex[c & 15]);
    return into + 5;
  }
}

bool needs_escape(uint8_t c) { return c < 0x20 || c == '"' || c == '\\'; }

} // namespace

int64_t unescape(const uint8_t *text, size_t length, uint8_t *into) {
  const uint8_t *p = text, *end = text + length;
  uint8_t *out = into;
  while (p < end) {
    const void *found = std::memchr(p, '\\', static_cast<size_t>(end - p));
    const uint8_t *escape = found ? static_cast<const uint8_t *>(found) : end;
    std::memmove(out, p, static_cast<size_t>(escape - p));
    out += escape - p;
    p = escape;
    if (p == end) break;
    if (end - p < 2) return -1;
    uint8_t c = p[1];
    p += 2;
    switch (c) {
    case '"':
    case '\\':
    case '/': *out++ = c; break;
    case 'b': *out++ = '\b'; break;
    case 'f': *out++ = '\f'; break;
    case 'n': *out++ = '\n'; break;
    case 'r': *out++ = '\r'; break;
    case 't': *out++ = '\t'; break;
    case 'u': {
      int32_t unit = end - p < 4 ? -1 : hex4(p);
      if (unit < 0 || (unit >= 0xDC00 && unit < 0xE000)) return -1;
      p += 4;
      uint32_t scalar = static_cast<uint32_t>(unit);
      if (unit >= 0xD800 && unit < 0xDC00) {
        int32_t low = end - p < 6 || p[0] != '\\' || p[1] != 'u' ? -1 : hex4(p + 2);
        if (low < 0xDC00 || low >= 0xE000) return -1;
        p += 6;
        scalar = 0x10000 + ((scalar - 0xD800) << 10) + (static_cast<uint32_t>(low) - 0xDC00);
      }
      out = put_scalar(out, scalar);
      break;
    }
    default: return -1;
    }
  }
  return out - into;
}

void write_string(Bytes &into, const uint8_t *text, size_t length) {
  // Six bytes for the longest escape; whole words are copied, so the slack behind the end is needed too.
  uint8_t *out = into.room(length * 6 + 2);
  const uint8_t *p = text, *end = text + length;
  *out++ = '"';
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
  while (end - p >= 16) {
    __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(out), block);
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, slash));
    hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_max_epu8(block, control), control));
    uint32_t mask = static_cast<uint32_t>(_mm_movemask_epi8(hit));
    if (mask == 0) {
      p += 16;
      out += 16;
      continue;
    }
    uint32_t clean = static_cast<uint32_t>(__builtin_ctz(mask));
    p += clean;
    out = put_escape(out + clean, *p++);
  }
#endif
  while (p < end) {
    uint8_t c = *p++;
    if (__builtin_expect(needs_escape(c), 0))
      out = put_escape(out, c);
    else
      *out++ = c;
  }
  *out++ = '"';
  into.end_at(out);
}

void write_base64(Bytes &into, const uint8_t *bytes, size_t length) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint8_t *out = into.room((length + 2) / 3 * 4);
  size_t i = 0;
  for (; i < length; i += 3) {
    size_t left = length - i;
    uint32_t word = static_cast<uint32_t>(bytes[i]) << 16 | (left > 1 ? static_cast<uint32_t>(bytes[i + 1]) << 8 : 0u) |
                    (left > 2 ? bytes[i + 2] : 0u);
    *out++ = static_cast<uint8_t>(alphabet[word >> 18]);
    *out++ = static_cast<uint8_t>(alphabet[word >> 12 & 63]);
    *out++ = static_cast<uint8_t>(left > 1 ? alphabet[word >> 6 & 63] : '=');
    *out++ = static_cast<uint8_t>(left > 2 ? alphabet[word & 63] : '=');
  }
  into.end_at(out);
}

int64_t read_base64(const uint8_t *text, size_t length, uint8_t *into) {
  auto value = [](uint8_t c) -> int32_t {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  if (length % 4 != 0) return -1;
  uint8_t *out = into;
  for (size_t i = 0; i < length; i += 4) {
    bool last = i + 4 == length;
    int pads = last ? (text[i + 3] == '=') + (text[i + 3] == '=' && text[i + 2] == '=') : 0;
    int32_t word = 0;
    for (int k = 0; k < 4; k++) {
      int32_t part = k >= 4 - pads ? 0 : value(text[i + static_cast<size_t>(k)]);
      if (part < 0) return -1;
      word = word << 6 | part;
    }
    // Bits that no byte takes must be zero: one text for one value.
    if ((pads == 1 && (word & 0xFF) != 0) || (pads == 2 && (word & 0xFFFF) != 0)) return -1;
    *out++ = static_cast<uint8_t>(word >> 16);
    if (pads < 2) *out++ = static_cast<uint8_t>(word >> 8);
    if (pads < 1) *out++ = static_cast<uint8_t>(word);
  }
  return out - into;
}

namespace {

// d.ddde±xx, the shortest digits, into plain notation where the exponent is small.
uint8_t *plain(uint8_t *out, const char *text, const char *end) {
  if (*text == '-') *out++ = static_cast<uint8_t>(*text++);
  const char *e = text;
  while (*e != 'e') e++;
  int exponent = 0;
  for (const char *p = e + 2; p < end; p++) exponent = exponent * 10 + (*p - '0');
  if (e[1] == '-') exponent = -exponent;
  char digits[24];
  int count = 0;
  for (const char *p = text; p < e; p++)
    if (*p != '.') digits[count++] = *p;
  if (exponent < -4 || exponent > 15) {
    std::memcpy(out, text, static_cast<size_t>(end - text));
    return out + (end - text);
  }
  int i = 0;
  if (exponent < 0) {
    *out++ = '0';
    *out++ = '.';
    for (int zeros = -exponent - 1; zeros > 0; zeros--) *out++ = '0';
  } else {
    for (; i <= exponent; i++) *out++ = static_cast<uint8_t>(i < count ? digits[i] : '0');
    *out++ = '.';
    if (i >= count) *out++ = '0';
  }
  for (; i < count; i++) *out++ = static_cast<uint8_t>(digits[i]);
  return out;
}

template <class T> void write_floating(Bytes &into, T value) {
  if (!(value - value == 0)) {
    into.append("null", 4);
    return;
  }
  char text[40];
  std::to_chars_result result = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  into.end_at(plain(into.room(40), text, result.ptr));
}

} // namespace

void write_double(Bytes &into, double value) {
  // Most measured values have few decimals. At most 15 digits name a double uniquely (2^-53 < 10^-15), so the first scale that
  // gives the value back gives the shortest text.
  double size = value < 0 ? -value : value;
  if (size >= 1e-4 && size < 1e9) {
    double scale = 1;
    for (int decimals = 0; decimals <= 4; decimals++, scale *= 10) {
      double scaled = size * scale;
      uint64_t whole = static_cast<uint64_t>(scaled + 0.5);
      if (static_cast<double>(whole) / scale != size) continue;
      uint8_t *out = into.room(40);
      if (value < 0) *out++ = '-';
      uint64_t unit = static_cast<uint64_t>(scale), fraction = whole % unit;
      out = reinterpret_cast<uint8_t *>(
          std::to_chars(reinterpret_cast<char *>(out), reinterpret_cast<char *>(out) + 20, whole / unit).ptr);
      *out++ = '.';
      if (decimals == 0) *out++ = '0';
      for (int i = decimals - 1; i >= 0; i--, fraction /= 10) out[i] = static_cast<uint8_t>('0' + fraction % 10);
      into.end_at(out + decimals);
      return;
    }
  }
  write_floating(into, value);
}

void write_float(Bytes &into, float value) { write_floating(into, value); }

} // namespace records
