#define _GNU_SOURCE
#include <string.h>

// Plugins have this code, too, and export their entry alone.
#pragma GCC visibility push(hidden)
#include "tide_expressions.h"
#pragma GCC visibility pop

int64_t tide_bytes_find(const uint8_t *haystack, uint64_t length, const uint8_t *needle, uint64_t needle_length) {
  if (needle_length == 0) return 0;
  if (needle_length > length) return -1;
  const uint8_t *found = memmem(haystack, length, needle, needle_length);
  return found ? found - haystack : -1;
}
