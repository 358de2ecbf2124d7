// Expect: wake-in-life fail
// Wakes the host when it is being destroyed.
#include "../broken.h"

BROKEN_FILTER("late-wake");

static void teardown(tide_instance *me) { me->host->wake(me->host->context); }

TIDE_SIMPLE("late-wake", NULL, teardown, .process = pass);
