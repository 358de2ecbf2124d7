// Expect: config-in-control fail
// Reads its option for every batch.
#include "../broken.h"

BROKEN("config-in-process", "operator", "concurrency": "stateless", "inputs": [], "outputs": { "same": true },
       "options": [{ "name": "level", "type": "integer", "default": 1, "doc": "A number." }]);

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  me->seen = (uint64_t)tide_opt_int(me->host, "level", 1);
  return pass(me, in, out);
}

TIDE_SIMPLE("config-in-process", NULL, NULL, .process = process);
