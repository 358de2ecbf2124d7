// Expect: watermarks-ascend fail
// Lets its watermark go back.
#include "../broken.h"

BROKEN_FILTER("watermark-back");

static tide_status on_watermark(tide_instance *me, uint32_t port, int64_t ts, tide_output *out) {
  if (port == TIDE_PORT_ALL) me->host->watermark(out, 0, me->calls++ % 2 == 0 ? ts : ts / 2);
  return TIDE_OK;
}

TIDE_SIMPLE("watermark-back", NULL, NULL, .process = pass, .on_watermark = on_watermark);
