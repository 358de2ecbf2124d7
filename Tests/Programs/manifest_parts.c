/* A manifest in parts, of which two stand on line 6 of their files and three on one line. */
#include <tidemill/plugin.h>



TIDE_MANIFEST("a");
#include "manifest_parts.h"
TIDE_MANIFEST("c"); TIDE_MANIFEST("d"); TIDE_MANIFEST("e");
