/* Vectors of the compilers' own, and what the processor offers for them; private to C files. */
#ifndef TIDE_VECTOR_H
#define TIDE_VECTOR_H

#define TIDE_INLINE_ static inline __attribute__((always_inline))

#if defined(__x86_64__)
/* 1 when processor and system have AVX2. Asked once; threads that race get the same answer. */
__attribute__((visibility("hidden"))) int tide_has_avx2_(void);
#endif

#endif
