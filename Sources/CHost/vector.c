#include "vector.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

__attribute__((target("xsave"))) static int system_keeps_ymm(void) { return (_xgetbv(0) & 6) == 6; }

int tide_has_avx2_(void) {
  static int known; /* 0 not asked yet, 1 no, 2 yes */
  int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (answer == 0) {
    unsigned a, b, c = 0, d;
    answer = 1;
    if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE) && system_keeps_ymm() && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
        (b & bit_AVX2))
      answer = 2;
    __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
  }
  return answer == 2;
}
#endif
