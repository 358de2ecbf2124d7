// Expect: lives-leak-nothing fail
// Forgets its buffer when it is destroyed.
#include "../broken.h"

BROKEN_FILTER("instance-leak");

static tide_status setup(tide_instance *me) {
  if ((me->memory = malloc(16384)) != NULL) memset(me->memory, 1, 16384);
  return TIDE_OK;
}

TIDE_SIMPLE("instance-leak", setup, NULL, .process = pass);
