/* A table as an older host made it: what lies beyond its size counts as absent, whatever the bytes there are. */
#include <stdio.h>

#include "tidemill/plugin.h"

static int64_t now(void *context) {
  (void)context;
  return 7;
}

#define WANT(condition)                                                                                                    \
  if (!(condition)) return fprintf(stderr, "%s is false\n", #condition), 1

int main(void) {
  tide_host host;
  tide_component component;
  tide_slot slot;
  memset(&host, 0xFF, sizeof host); /* what follows an old table in memory is not zero */
  memset(&component, 0xFF, sizeof component);
  host.size = (uint32_t)(offsetof(tide_host, now) + sizeof host.now);
  host.now = now;
  host.wake = NULL;
  WANT(TIDE_HAS(&host, now) && host.now(NULL) == 7);
  WANT(TIDE_HAS(&host, log));
  WANT(!TIDE_HAS(&host, wake));
  WANT(!TIDE_HAS(&host, config_bool));
  WANT(!TIDE_HAS(&host, reject));
  WANT(!tide_host_has_reject(&host) && tide_host_has_now(&host));
  host.size -= 1; /* half an entry is none */
  WANT(!TIDE_HAS(&host, now));
  host.size = 0;
  WANT(!TIDE_HAS(&host, log));
  component.size = (uint32_t)offsetof(tide_component, snapshot);
  WANT(tide_has_flush(&component) && !tide_has_snapshot(&component) && !tide_has_extension(&component));
  slot.size = 8;
  slot.bytes = NULL;
  WANT(!TIDE_HAS(&slot, bytes));
  return 0;
}
