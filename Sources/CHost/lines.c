#include "tide_lines.h"
#include "tide_thread.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

/* Evicting a line costs the two cores 3 to 5 ns together, and near cores give one in 1 to 5: from here on it pays. */
static const int64_t far_line_ns = 8;

int tide_lines_can_evict(void) {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_CLFLUSHOPT) != 0;
#else
  return 0;
#endif
}

#if defined(__x86_64__)
__attribute__((target("clflushopt"))) void tide_lines_evict(const void *start, uint64_t bytes) {
  const uint8_t *end = (const uint8_t *)start + bytes;
  const uint8_t *line = (const uint8_t *)((uintptr_t)start & ~(uintptr_t)(TIDE_LINE - 1));
  for (; line < end; line += TIDE_LINE) __builtin_ia32_clflushopt(line);
}
#else
void tide_lines_evict(const void *start, uint64_t bytes) {
  (void)start;
  (void)bytes;
}
#endif

int64_t tide_lines_probe(void *start, uint64_t bytes) {
  volatile uint64_t *words = start;
  uint64_t lines = bytes / TIDE_LINE, k;
  int64_t before, begun, ended, clock, writing;
  if (lines < TIDE_LINES_LEAST) return -1;
  if (lines > TIDE_LINES_PROBED) lines = TIDE_LINES_PROBED;
  before = tide_steady_ns();
  begun = tide_steady_ns();
  for (k = 0; k < lines; k++) words[k * TIDE_LINE / sizeof *words] = 0;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  ended = tide_steady_ns();
  clock = begun - before; /* what reading the clock takes, which is as much as two dozen near lines */
  writing = ended - begun;
  return writing > clock ? (writing - clock) / (int64_t)lines : 0;
}

uint8_t tide_lines_judge(uint8_t distance, int64_t line_ns) {
  if (line_ns < 0) return distance;
  if (line_ns >= far_line_ns) return distance < 3 ? distance + 1 : 3;
  return distance > 0 ? distance - 1 : 0;
}
