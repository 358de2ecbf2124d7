#ifndef TIDEMILL_CHOST_H
#define TIDEMILL_CHOST_H
#include "tidemill/plugin.h"
#include "tide_crc32c.h"
#include "tide_schema.h"
#include "tide_utf8.h"
#include "tide_validate.h"
#endif
