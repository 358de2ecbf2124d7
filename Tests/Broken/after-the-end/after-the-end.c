// Expect: end-stays-end fail
// Has another row when it has said that it is at its end.
#include "../broken.h"

BROKEN_SOURCE("after-the-end");

static tide_status flush(tide_instance *me, tide_output *out) { return me->calls < 10 ? TIDE_OK : send_row(me, out); }

TIDE_SIMPLE("after-the-end", make_columns, free_columns, .poll = ten_rows, .flush = flush);
