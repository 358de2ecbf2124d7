// Expect: create-no-io fail
// Opens its file in create, which validate runs.
#include "../broken.h"

BROKEN_FILTER("file-in-create");

static tide_status setup(tide_instance *me) {
  me->memory = fopen("/dev/null", "we");
  return TIDE_OK;
}
static void teardown(tide_instance *me) { fclose(me->memory); }

TIDE_SIMPLE("file-in-create", setup, teardown, .process = pass);
