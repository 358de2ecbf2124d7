#include "tidemill/plugin.h"
