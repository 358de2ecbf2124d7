// Expect: entry-pure fail
// Takes SIGTERM, which is the host's, for itself.
#include "../broken.h"

#include <signal.h>

BROKEN_FILTER("signal-handler");

TIDE_COMPONENT(component, "signal-handler", NULL, NULL, .process = pass);
static const tide_component *const components[] = {&component};
static const tide_plugin plugin = {sizeof plugin, 1, components};

static void ignore(int number) { (void)number; }

const tide_plugin *tidemill_plugin_1(uint32_t host_minor) {
  (void)host_minor;
  signal(SIGTERM, ignore);
  return &plugin;
}
