// Expect: lives-leak-nothing fail
// Leaves a file open in every life.
#include "../broken.h"

#include <fcntl.h>

BROKEN_FILTER("file-stays");

static tide_status start(tide_instance *me) {
  me->file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return TIDE_OK;
}

TIDE_SIMPLE("file-stays", NULL, NULL, .open = start, .process = pass);
