#ifndef TIDEMILL_CHOST_H
#define TIDEMILL_CHOST_H
#include "tidemill/plugin.h"
#endif
