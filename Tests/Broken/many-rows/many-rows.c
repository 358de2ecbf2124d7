// Expect: process-many-rows crash
// Has room for 4,096 rows, and a frame may have 65,536.
#include "../broken.h"

#include <sys/mman.h>

BROKEN_FILTER("many-rows");

static tide_status setup(tide_instance *me) {
  char *pages = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return tide_fail(me->host, TIDE_E_CONFIG, "", "no memory");
  mprotect(pages + 8192, 8192, PROT_NONE); /* what lies behind an array is not always so plain */
  me->memory = pages;
  return TIDE_OK;
}
static void teardown(tide_instance *me) {
  if (me->memory != NULL) munmap(me->memory, 16384);
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  uint16_t *rows = me->memory;
  for (uint32_t k = 0; k < in->count; k++) rows[k] = (uint16_t)tide_row(in->selection, k);
  return in->count == 0 ? TIDE_OK : me->host->forward(out, 0, in, rows, in->count);
}

TIDE_SIMPLE("many-rows", setup, teardown, .process = process);
