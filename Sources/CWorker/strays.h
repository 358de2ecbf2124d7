#ifndef TIDEMILL_WORKER_STRAYS_H
#define TIDEMILL_WORKER_STRAYS_H

#include <stdint.h>

/* Kills the processes that became children of this one, until there are none; gives how many were alive. */
uint32_t tide_worker_kill_strays_(void);

#endif
