#include "tidemill/plugin.h"
#include "tidemill/build.h"
