// Expect: entry-constant fail
// Gives a new table each time it is asked.
#include "../broken.h"

BROKEN_FILTER("changing-table");

TIDE_COMPONENT(component, "changing-table", NULL, NULL, .process = pass);
static const tide_component *const components[] = {&component};

const tide_plugin *tidemill_plugin_1(uint32_t host_minor) {
  tide_plugin *plugin = malloc(sizeof *plugin);
  (void)host_minor;
  *plugin = (tide_plugin){sizeof *plugin, 1, components};
  return plugin;
}
