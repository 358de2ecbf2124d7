// Expect: hot-syscalls fail
// Asks the kernel something for every batch.
#include "../broken.h"

#include <unistd.h>

BROKEN_FILTER("hot-syscall");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  me->seen += (uint64_t)getppid();
  return pass(me, in, out);
}

TIDE_SIMPLE("hot-syscall", NULL, NULL, .process = process);
