// Expect: create-gives-instance fail
// Says that an instance was made, and makes none.
#include "../broken.h"

BROKEN_FILTER("no-instance");

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  (void)component;
  (void)host;
  (void)out;
  return TIDE_OK;
}
static void destroy(tide_instance *me) { free(me); }
static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  return me == NULL ? TIDE_OK : pass(me, in, out);
}

static const tide_component component = {
    .size = sizeof component, .id = "no-instance", .create = create, .destroy = destroy, .process = process};
TIDE_PLUGIN(&component);
