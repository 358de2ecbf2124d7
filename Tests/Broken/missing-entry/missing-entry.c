// Expect: table-agrees fail
// A source that cannot be polled.
#include "../broken.h"

BROKEN_SOURCE("missing-entry");

TIDE_SIMPLE("missing-entry", make_columns, free_columns, .process = pass);
