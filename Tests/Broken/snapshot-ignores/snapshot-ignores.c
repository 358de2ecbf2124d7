// Expect: snapshot-reports fail
// Does not ask whether its state could be written.
#include "../broken.h"

BROKEN_STATE("snapshot-ignores");

static tide_status snapshot(tide_instance *me, const tide_writer *writer) {
  save_seen(me, writer);
  return TIDE_OK;
}

TIDE_SIMPLE("snapshot-ignores", NULL, NULL, .process = pass, .snapshot = snapshot, .restore = restore_seen, .state_version = 1);
