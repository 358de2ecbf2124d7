/* Cache lines that two cores write and read in turn, and what can be done where the cores are far from each other. */
#ifndef TIDE_LINES_H
#define TIDE_LINES_H

#include <stdint.h>

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

#define TIDE_LINE 64u
/* Lines that a measurement looks at, and the fewest that make one. */
#define TIDE_LINES_PROBED 32u
#define TIDE_LINES_LEAST 16u

/* 1 when this processor can evict lines without waiting for them. [any] */
int tide_lines_can_evict(void);

/* Has every cache give up the lines of `bytes`, which keep their contents, in memory. Does not wait until they have; the caller's
 * next locked instruction does. Needs tide_lines_can_evict. [any] */
void tide_lines_evict(const void *start, uint64_t bytes);

/* Nanoseconds until a line is the calling core's to write, of the first TIDE_LINES_PROBED lines of `bytes`, or as many as there are:
 * the first word of each is overwritten. -1 when there are fewer lines than TIDE_LINES_LEAST. */
int64_t tide_lines_probe(void *start, uint64_t bytes);

/* What is thought of the distance between two cores, 0 near to 3 far, after a line has taken `line_ns`: a saturating counter of two
 * bits (J. E. Smith, "A Study of Branch Prediction Strategies", 1981), so that one measurement in which a thread was stopped does
 * not overturn what many have shown. From 2 on lines are better evicted. */
uint8_t tide_lines_judge(uint8_t distance, int64_t line_ns);
static inline int tide_lines_are_far(uint8_t distance) { return distance >= 2; }

#pragma GCC visibility pop

#endif
