/* Makes the readings that the benchmarks share: JSON lines of 129 bytes, the same for the same number on every machine.
 *   cc -O2 -o input Benchmarks/filter/input.c
 *   input LINES >FILE
 * A reading comes every millisecond from one of 100 sensors. One in five is up to two seconds late, the others up to 50 ms. Values
 * are even from 0 to 99.99, with two digits; nine of ten readings are good.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t next_random(uint64_t *state) { /* xorshift64* (Vigna 2016), as in window/events.h */
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545F4914F6CDD1Du;
}

static const char *quality(uint32_t percent) { return percent < 90 ? "good" : percent < 96 ? "bad" : "uncertain"; }

int main(int argc, char **argv) {
  uint64_t state = 0x9E3779B97F4A7C15u, count, i;
  if (argc != 2) return 2;
  count = strtoull(argv[1], NULL, 10);
  for (i = 0; i < count; i++) {
    uint64_t a = next_random(&state), b = next_random(&state);
    uint32_t late = (uint32_t)(a >> 32) % ((a & 0xFF) < 51 ? 2000u : 50u), sensor = (uint32_t)(b >> 48) % 100;
    uint32_t cents = (uint32_t)(b >> 16 & 0xFFFFFF) % 10000;
    printf("{\"ts\":%llu,\"source\":\"sensor_%04u\",\"type\":\"sensor_data\",\"value\":%u.%02u,\"unit\":\"celsius\","
           "\"quality\":\"%s\",\"zone\":\"zone_%u\"}\n",
           (unsigned long long)(1700000000000u + i - late), sensor, cents / 100, cents % 100,
           quality((uint32_t)(b & 0xFFFF) % 100), sensor % 10);
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
