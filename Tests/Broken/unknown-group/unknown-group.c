// Expect: snapshot-groups fail
// Writes to a key group that there is none of.
#include "../broken.h"

BROKEN_STATE("unknown-group");

static tide_status snapshot(tide_instance *me, const tide_writer *writer) {
  return writer->write(writer->context, 200, &me->seen, sizeof me->seen);
}

TIDE_SIMPLE("unknown-group", NULL, NULL, .process = pass, .snapshot = snapshot, .restore = restore_seen, .state_version = 1);
