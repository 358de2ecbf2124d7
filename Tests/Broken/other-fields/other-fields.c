// Expect: outputs-as-stated fail
// Sends a field that its manifest does not list.
#include "../broken.h"

BROKEN_SOURCE("other-fields");

static tide_status setup(tide_instance *me) {
  make_columns(me);
  tide_b_col(&me->rows, "surprise", TIDE_F64, TIDE_NO_ROLE);
  return TIDE_OK;
}

TIDE_SIMPLE("other-fields", setup, free_columns, .poll = ten_rows);
