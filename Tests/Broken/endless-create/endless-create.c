// Expect: create-destroy timeout
// Never comes back from create.
#include "../broken.h"

BROKEN_FILTER("endless-create");

static tide_status setup(tide_instance *me) {
  volatile uint64_t *calls = &me->calls;
  while (*calls < UINT64_MAX) *calls += 1; /* centuries */
  return TIDE_OK;
}

TIDE_SIMPLE("endless-create", setup, NULL, .process = pass);
