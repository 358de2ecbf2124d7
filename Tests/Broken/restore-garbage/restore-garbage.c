// Expect: restore-refuses-garbage fail
// Takes whatever a snapshot holds.
#include "../broken.h"

BROKEN_STATE("restore-garbage");

static tide_status restore(tide_instance *me, uint32_t group, const tide_reader *reader) {
  uint8_t bytes[16];
  (void)group;
  if (tide_restorable(me->host, reader, 1) < 0) return TIDE_E_STATE;
  while (reader->read(reader->context, bytes, sizeof bytes) > 0) memcpy(&me->seen, bytes, sizeof me->seen);
  return TIDE_OK;
}

TIDE_SIMPLE("restore-garbage", NULL, NULL, .process = pass, .snapshot = save_seen, .restore = restore, .state_version = 1);
