/* What the cores of this machine are like to each other. */
#ifndef TIDE_CORES_H
#define TIDE_CORES_H

#include <stdint.h>

#pragma GCC visibility push(hidden) /* a plugin that holds this exports none of it */

/* CPUs that the calling thread may run on; 1 when the system does not say. */
uint32_t tide_cores_usable(void);

/* Nanoseconds that a word takes from one core to another and back: of the best of some short series of such trips, so that what else
 * runs hardly counts. Takes about a third of a millisecond, on a busy machine up to `limit_ns`. 0 where it cannot be found out: no
 * second core, or none on which a second thread got to run in time. */
int64_t tide_cores_round_trip_ns(int64_t limit_ns);

#pragma GCC visibility pop

#endif
