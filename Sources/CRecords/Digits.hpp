// Integers and decimals as text.
#ifndef TIDEMILL_CRECORDS_DIGITS_HPP
#define TIDEMILL_CRECORDS_DIGITS_HPP

#include <charconv>

#include "Bytes.hpp"

namespace records {

template <class T> inline void put_integer(Bytes &into, T value) {
  char *p = reinterpret_cast<char *>(into.room(24));
  into.end_at(reinterpret_cast<uint8_t *>(std::to_chars(p, p + 24, value).ptr));
}

// value * 10^-scale, all digits of it; a scale above 38 counts as 38.
void put_decimal(Bytes &into, int128 value, uint32_t scale);

} // namespace records
#endif
