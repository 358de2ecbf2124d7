/* How functions are compiled twice: for processors with AVX2, and for all. The choice is made while the program is being loaded,
 * when the thread sanitizer's runtime is not there yet: under it they are compiled once. */
#ifndef TIDE_K_CLONES_H
#define TIDE_K_CLONES_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CLONES
#endif
#endif
#if !defined(CLONES) && defined(__x86_64__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#define CLONES __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef CLONES
#define CLONES
#endif

#endif
