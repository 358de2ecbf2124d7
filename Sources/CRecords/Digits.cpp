#include "Digits.hpp"

namespace records {

void put_decimal(Bytes &into, int128 value, uint32_t scale) {
  if (scale > 38) scale = 38;
  uint128 size = value < 0 ? 0 - static_cast<uint128>(value) : static_cast<uint128>(value);
  char text[48];
  char *p = text + sizeof text;
  uint32_t count = 0;
  do {
    if (count == scale && scale != 0) *--p = '.';
    *--p = static_cast<char>('0' + static_cast<int>(size % 10));
    size /= 10;
    count++;
  } while (size != 0 || count <= scale);
  if (value < 0) *--p = '-';
  into.append(p, static_cast<size_t>(text + sizeof text - p));
}

} // namespace records
