// Expect: options-at-bounds crash
// Divides by an option whose least value is 0.
#include "../broken.h"

BROKEN("at-bounds", "operator", "concurrency": "stateless", "inputs": [], "outputs": { "same": true },
       "options": [{ "name": "parts", "type": "integer", "default": 4, "minimum": 0, "maximum": 100, "doc": "How many." }]);

static tide_status setup(tide_instance *me) {
  me->seen = (uint64_t)(100 / tide_opt_int(me->host, "parts", 4));
  return TIDE_OK;
}

TIDE_SIMPLE("at-bounds", setup, NULL, .process = pass);
