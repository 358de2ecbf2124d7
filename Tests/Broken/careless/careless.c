// Expect: host-failures crash
// Does not ask whether a batch could be retained.
#include "../broken.h"

BROKEN_FILTER("careless");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if (me->calls == 0) {
    me->batch = me->host->retain(me->host->context, in);
    me->seen += *(const volatile uint32_t *)&me->batch->count;
    me->host->release(me->host->context, me->batch);
  }
  return pass(me, in, out);
}

TIDE_SIMPLE("careless", NULL, NULL, .process = process);
