// Expect: replays fail
// Throws dice with a seed of its own.
#include "../broken.h"

#include <sys/random.h>

BROKEN_FILTER("random");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  uint32_t count = 0;
  uint8_t dice[256];
  if (getrandom(dice, sizeof dice, 0) != sizeof dice) return TIDE_E_RETRY;
  for (uint32_t k = 0; k < in->count; k++)
    if (dice[k % sizeof dice] % 2) me->kept[count++] = (uint16_t)tide_row(in->selection, k);
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, count);
}

TIDE_SIMPLE("random", NULL, NULL, .process = process);
