// Expect: state-entries-paired fail
// Writes snapshots that it cannot read.
#include "../broken.h"

BROKEN_STATE("half-state");

TIDE_SIMPLE("half-state", NULL, NULL, .process = pass, .snapshot = save_seen, .state_version = 1);
