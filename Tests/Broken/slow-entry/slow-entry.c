// Expect: entry-quick fail
// Looks around for 200 ms before it says what it has.
#include "../broken.h"

#include <unistd.h>

BROKEN_FILTER("slow-entry");

TIDE_COMPONENT(component, "slow-entry", NULL, NULL, .process = pass);
static const tide_component *const components[] = {&component};
static const tide_plugin plugin = {sizeof plugin, 1, components};

const tide_plugin *tidemill_plugin_1(uint32_t host_minor) {
  (void)host_minor;
  usleep(200000);
  return &plugin;
}
