// Expect: table-agrees fail
// Its manifest speaks of state version 1, its table of version 2.
#include "../broken.h"

BROKEN_STATE("other-version");

TIDE_SIMPLE("other-version", NULL, NULL, .process = pass, .snapshot = save_seen, .restore = restore_seen, .state_version = 2);
