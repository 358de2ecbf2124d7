// Expect: sizes-set fail
// A component whose size ends before the entries that it needs.
#include "../broken.h"

BROKEN_FILTER("short-table");

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  (void)component;
  *out = calloc(1, sizeof **out);
  (*out)->host = host;
  return TIDE_OK;
}
static void destroy(tide_instance *me) { free(me); }

static const tide_component component = {
    .size = (uint32_t)offsetof(tide_component, open),
    .id = "short-table", .create = create, .destroy = destroy, .process = pass};
TIDE_PLUGIN(&component);
