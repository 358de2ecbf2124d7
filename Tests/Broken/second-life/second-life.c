// Expect: life-repeats crash
// Gives back what all its instances share when the first one goes.
#include "../broken.h"

BROKEN_FILTER("second-life");

static uint64_t memory;
static volatile uint64_t *shared = &memory;

static tide_status setup(tide_instance *me) {
  (void)me;
  *shared += 1;
  return TIDE_OK;
}
static void teardown(tide_instance *me) {
  (void)me;
  shared = NULL;
}

TIDE_SIMPLE("second-life", setup, teardown, .process = pass);
