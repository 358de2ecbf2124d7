// Expect: snapshot-changes-nothing fail
// Counts its snapshots among its rows.
#include "../broken.h"

BROKEN_STATE("snapshot-counts");

static tide_status snapshot(tide_instance *me, const tide_writer *writer) {
  me->seen++;
  return save_seen(me, writer);
}

TIDE_SIMPLE("snapshot-counts", NULL, NULL, .process = pass, .snapshot = snapshot, .restore = restore_seen, .state_version = 1);
