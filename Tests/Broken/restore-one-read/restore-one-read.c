// Expect: restore-short-reads fail
// Takes one read for the whole of its state.
#include "../broken.h"

BROKEN_STATE("restore-one-read");

static tide_status restore(tide_instance *me, uint32_t group, const tide_reader *reader) {
  uint8_t bytes[9];
  (void)group;
  if (tide_restorable(me->host, reader, 1) < 0) return TIDE_E_STATE;
  if (reader->read(reader->context, bytes, sizeof bytes) != 8) return tide_fail(me->host, TIDE_E_STATE, "", "not eight bytes");
  memcpy(&me->seen, bytes, 8);
  return TIDE_OK;
}

TIDE_SIMPLE("restore-one-read", NULL, NULL, .process = pass, .snapshot = save_seen, .restore = restore, .state_version = 1);
