#ifndef TIDEMILL_BUILD_H
#define TIDEMILL_BUILD_H
#include "plugin.h"
#endif
