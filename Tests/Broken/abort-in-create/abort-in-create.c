// Expect: create-destroy crash
// Gives up the whole process when it is made.
#include "../broken.h"

BROKEN_FILTER("abort-in-create");

static tide_status setup(tide_instance *me) {
  (void)me;
  abort();
}

TIDE_SIMPLE("abort-in-create", setup, NULL, .process = pass);
