// Expect: watermarks-ascend fail
// Lets its watermark go back.
#include "../broken.h"

BROKEN_FILTER("watermark-back");

static tide_status on_watermark(tide_instance *me, uint32_t port, int64_t ts, tide_output *out) {
  tide_status status = TIDE_OK;
  if (port == TIDE_PORT_ALL && (status = me->host->watermark(out, 0, ts)) >= 0) status = me->host->watermark(out, 0, ts / 2);
  return status;
}

TIDE_SIMPLE("watermark-back", NULL, NULL, .process = pass, .on_watermark = on_watermark);
