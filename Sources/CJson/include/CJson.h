#ifndef TIDEMILL_CJSON_H
#define TIDEMILL_CJSON_H
#include "tidemill/frame.h"
#endif
