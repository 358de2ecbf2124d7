// Expect: restore-refuses-newer fail
// Reads what a later version wrote as if it were its own.
#include "../broken.h"

BROKEN_STATE("restore-newer");

static tide_status restore(tide_instance *me, uint32_t group, const tide_reader *reader) {
  uint8_t more;
  (void)group;
  if (tide_load(reader, &me->seen, 8) == 1 && tide_load(reader, &more, 1) == 0) return TIDE_OK;
  return tide_fail(me->host, TIDE_E_STATE, "", "not eight bytes");
}

TIDE_SIMPLE("restore-newer", NULL, NULL, .process = pass, .snapshot = save_seen, .restore = restore, .state_version = 1);
