// Strings of JSON, their escapes, and base64.
#ifndef TIDEMILL_CRECORDS_TEXT_HPP
#define TIDEMILL_CRECORDS_TEXT_HPP

#include "Bytes.hpp"

namespace records {

inline bool is_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Resolves the escapes of a string's inside into `into`, which has room for `length` bytes. Returns the bytes written; -1: an
// escape is malformed or half of a surrogate pair stands alone.
int64_t unescape(const uint8_t *text, size_t length, uint8_t *into);

// Appends a string with its quotes, escaped as little as RFC 8259 allows.
void write_string(Bytes &into, const uint8_t *text, size_t length);

// RFC 4648, section 4, with padding. read_base64 returns the bytes written, -1: the text is not what write_base64 writes.
void write_base64(Bytes &into, const uint8_t *bytes, size_t length);
int64_t read_base64(const uint8_t *text, size_t length, uint8_t *into);

// A number that takes part in the text of JSON: always with '.' or 'e', shortest that reads back; null when not finite.
// Exponents from -4 to 15 are written out, as Swift and Python do.
void write_double(Bytes &into, double value);
void write_float(Bytes &into, float value);

} // namespace records
#endif
