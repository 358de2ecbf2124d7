/* Makes the readings that the benchmarks share: JSON lines of 129 bytes, the same for the same number on every machine.
 *   cc -O2 -o input Benchmarks/filter/input.c
 *   input LINES >FILE
 * A reading comes every millisecond from one of 100 sensors. One in five is up to two seconds late, the others up to 50 ms. Values
 * are even from 0 to 99.99, with two digits; nine of ten readings are good.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t next_random(uint64_t *state) { /* splitmix64 */
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static const char *quality(uint32_t percent) { return percent < 90 ? "good" : percent < 96 ? "bad" : "uncertain"; }

int main(int argc, char **argv) {
  uint64_t state = 20260101, count, i;
  if (argc != 2) return 2;
  count = strtoull(argv[1], NULL, 10);
  for (i = 0; i < count; i++) {
    uint64_t a = next_random(&state), b = next_random(&state);
    uint32_t late = (uint32_t)(a >> 32) % (a % 5 == 0 ? 2000u : 50u), sensor = (uint32_t)(b % 100), cents = (uint32_t)(b >> 40) % 10000;
    printf("{\"ts\":%llu,\"source\":\"sensor_%04u\",\"type\":\"sensor_data\",\"value\":%u.%02u,\"unit\":\"celsius\","
           "\"quality\":\"%s\",\"zone\":\"zone_%u\"}\n",
           (unsigned long long)(1700000000000u + i - late), sensor, cents / 100, cents % 100,
           quality((uint32_t)(b >> 8) % 100), sensor % 10);
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
