/* How functions are compiled twice: for processors with AVX2, and for all. */
#ifndef TIDE_K_CLONES_H
#define TIDE_K_CLONES_H

#if defined(__x86_64__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#define CLONES __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef CLONES
#define CLONES
#endif

#endif
