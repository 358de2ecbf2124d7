// Expect: poll-by-deadline fail
// Stays in poll half a second longer than it may.
#include "../broken.h"

#include <unistd.h>

BROKEN_SOURCE("late-poll");

static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  if (me->calls < 3) usleep(500000);
  return ten_rows(me, deadline, out);
}

TIDE_SIMPLE("late-poll", make_columns, free_columns, .poll = poll);
