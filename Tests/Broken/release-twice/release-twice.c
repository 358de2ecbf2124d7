// Expect: retained-released fail
// Releases a batch twice.
#include "../broken.h"

BROKEN_FILTER("release-twice");

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  if (me->calls == 0 && (me->batch = me->host->retain(me->host->context, in)) != NULL) {
    me->host->release(me->host->context, me->batch);
    me->host->release(me->host->context, me->batch);
  }
  return pass(me, in, out);
}

TIDE_SIMPLE("release-twice", NULL, NULL, .process = process);
