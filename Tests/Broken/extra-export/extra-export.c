// Expect: one-export fail
// Shares its `normalise` with all the process.
#include "../broken.h"

BROKEN_FILTER("extra-export");

TIDE_EXPORT int normalise(int value);
int normalise(int value) { return value < 0 ? 0 : value; }

TIDE_SIMPLE("extra-export", NULL, NULL, .process = pass);
