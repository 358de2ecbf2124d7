// Expect: hot-allocations fail
// Takes memory for every batch, twice.
#include "../broken.h"

BROKEN_FILTER("hot-malloc");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  void *first = malloc(64), *volatile second = malloc(2 * (size_t)in->count + 1);
  tide_status status = pass(me, in, out);
  me->memory = first;
  free(me->memory);
  free(second);
  return status;
}

TIDE_SIMPLE("hot-malloc", NULL, NULL, .process = process);
