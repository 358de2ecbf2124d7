// Expect: snapshot-restore fail
// Counts the restore among its rows.
#include "../broken.h"

BROKEN_STATE("restore-changes");

static tide_status restore(tide_instance *me, uint32_t group, const tide_reader *reader) {
  tide_status status = restore_seen(me, group, reader);
  me->seen++;
  return status;
}

TIDE_SIMPLE("restore-changes", NULL, NULL, .process = pass, .snapshot = save_seen, .restore = restore, .state_version = 1);
