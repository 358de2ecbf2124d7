#include <stdint.h>

/* The digit that a number of digits needs behind it so that their sum, every second one times three, is a multiple of ten. */
int32_t check_digit(const char *digits, uint64_t count) {
  int32_t sum = 0;
  for (uint64_t i = 0; i < count; i++) sum += (digits[i] - '0') * ((count - i) % 2 ? 3 : 1);
  return (10 - sum % 10) % 10;
}
