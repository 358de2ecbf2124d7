#include "Cells.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace records {

namespace {

// Which of 64 bytes are a, b or c.
struct Found {
  uint64_t a, b, c;
};

#ifdef __SSE2__
Found find(const uint8_t *p, uint8_t a, uint8_t b, uint8_t c) {
  Found found = {0, 0, 0};
  const __m128i as = _mm_set1_epi8(static_cast<char>(a)), bs = _mm_set1_epi8(static_cast<char>(b)),
                cs = _mm_set1_epi8(static_cast<char>(c));
  auto mask = [](__m128i x, __m128i y) { return static_cast<uint64_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(x, y))); };
  for (int i = 0; i < 64; i += 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p + i));
    found.a |= mask(bytes, as) << i;
    found.b |= mask(bytes, bs) << i;
    found.c |= mask(bytes, cs) << i;
  }
  return found;
}
#else
Found find(const uint8_t *p, uint8_t a, uint8_t b, uint8_t c) {
  Found found = {0, 0, 0};
  for (int i = 0; i < 64; i++) {
    found.a |= static_cast<uint64_t>(p[i] == a) << i;
    found.b |= static_cast<uint64_t>(p[i] == b) << i;
    found.c |= static_cast<uint64_t>(p[i] == c) << i;
  }
  return found;
}
#endif

// Bit i of the result is the parity of bits 0 to i.
uint64_t parities(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

bool needs_quotes(const uint8_t *text, size_t length, uint8_t delimiter) {
  if (length == 0) return true;
  // A byte order mark at the front of a file would be passed over.
  if (length >= 3 && std::memcmp(text, "\xEF\xBB\xBF", 3) == 0) return true;
  const uint8_t *p = text, *end = text + length;
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), feed = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'),
                mark = _mm_set1_epi8(static_cast<char>(delimiter));
  for (; end - p >= 16; p += 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
    __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, feed)),
                               _mm_or_si128(_mm_cmpeq_epi8(bytes, cr), _mm_cmpeq_epi8(bytes, mark)));
    if (_mm_movemask_epi8(hit) != 0) return true;
  }
#endif
  for (; p < end; p++)
    if (*p == '"' || *p == '\n' || *p == '\r' || *p == delimiter) return true;
  return false;
}

} // namespace

void Cells::restart() {
  marks_.clear();
  scanned_ = end_ = inside_ = 0;
  block_ = block_inside_ = 0;
  block_marks_ = 0;
}

void Cells::scan(const uint8_t *bytes, uint64_t length) {
  if (scanned_ % 64 != 0) {
    // No mark of the partial block ended a record that anyone has taken: who takes one starts anew behind it.
    scanned_ = block_;
    inside_ = block_inside_;
    marks_.truncate(block_marks_);
  }
  for (; length - scanned_ >= 64; scanned_ += 64) block(bytes + scanned_, scanned_, ~0ull);
  if (scanned_ == length) return;
  block_ = scanned_;
  block_inside_ = inside_;
  block_marks_ = marks_.size();
  uint8_t last[64] = {};
  std::memcpy(last, bytes + scanned_, length - scanned_);
  block(last, scanned_, (1ull << (length - scanned_)) - 1);
  scanned_ = length;
}

void Cells::block(const uint8_t *bytes, uint64_t from, uint64_t allowed) {
  Found found = find(bytes, '"', '\n', delimiter_);
  uint64_t quotes = found.a & allowed, outside = ~inside_;
  if (quotes != 0) {
    uint64_t inside = parities(quotes) ^ inside_;
    outside = ~inside;
    inside_ = 0 - (inside >> 63);
  }
  uint64_t ends = found.b & outside & allowed, marks = (found.c & outside & allowed) | ends | quotes;
  uint32_t *into = reinterpret_cast<uint32_t *>(marks_.room(64 * sizeof(uint32_t)));
  size_t count = 0;
  for (uint64_t left = marks; left != 0; left &= left - 1)
    into[count++] = static_cast<uint32_t>(from) + static_cast<uint32_t>(__builtin_ctzll(left));
  marks_.advance(count * sizeof(uint32_t));
  if (ends != 0) end_ = from + 64 - static_cast<uint64_t>(__builtin_clzll(ends));
}

const char *CellReader::record(uint32_t from, std::vector<Cell> &cells, uint32_t &at) {
  for (;; from = *marks++ + 1) {
    Cell cell = {from, 0, false, false};
    if (marks == end) return at = from, "the record ends too early";
    if (bytes[from] == '"' && *marks == from) {
      cell.quoted = true;
      cell.from++;
      for (marks++;; marks += 2, cell.doubled = true) {
        if (marks == end) return at = from, "a quote has no end";
        cell.to = *marks;
        if (marks + 1 == end || marks[1] != cell.to + 1 || bytes[marks[1]] != '"') break;
      }
      uint32_t next = cell.to + 1;
      marks++;
      if (marks != end && bytes[next] == '\r' && *marks == next + 1 && bytes[*marks] == '\n') next++;
      if (marks == end || *marks != next) return at = cell.to + 1, "something follows a closing quote";
    } else {
      cell.to = *marks;
      if (bytes[cell.to] == '"') return at = cell.to, "a quote stands in a field that does not begin with one";
      if (bytes[cell.to] == '\n' && cell.to > from && bytes[cell.to - 1] == '\r') cell.to--;
      if (const void *stray = std::memchr(bytes + from, '\r', cell.to - from))
        return at = static_cast<uint32_t>(static_cast<const uint8_t *>(stray) - bytes), "a line end stands in a field without quotes";
    }
    cells.push_back(cell);
    if (bytes[*marks] != '\n') continue;
    marks++;
    return nullptr;
  }
}

size_t undouble(const uint8_t *text, size_t length, uint8_t *into) {
  uint8_t *out = into;
  for (size_t i = 0; i < length; i++) {
    *out++ = text[i];
    i += text[i] == '"';
  }
  return static_cast<size_t>(out - into);
}

void write_cell(Bytes &into, const uint8_t *text, size_t length, uint8_t delimiter) {
  if (!needs_quotes(text, length, delimiter)) return into.append(text, length);
  uint8_t *out = into.room(length * 2 + 2);
  *out++ = '"';
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"') *out++ = '"';
    *out++ = text[i];
  }
  *out++ = '"';
  into.end_at(out);
}

} // namespace records
