/* Host-side C under the Swift modules: what needs atomics, futexes or byte-level work. Not part of the contract. */
#ifndef TIDEMILL_CHOST_H
#define TIDEMILL_CHOST_H

#include "tide_atomic.h"
#include "tide_cores.h"
#include "tide_crc32c.h"
#include "tide_envelope.h"
#include "tide_evicting.h"
#include "tide_lines.h"
#include "tide_parker.h"
#include "tide_pool.h"
#include "tide_ring.h"
#include "tide_sample.h"
#include "tide_schema.h"
#include "tide_selection.h"
#include "tide_sha256.h"
#include "tide_thread.h"
#include "tide_utf8.h"
#include "tide_validate.h"

#endif
