// Expect: restore-continues fail
// Passes the first row of each key, and leaves out a part of the keys from its snapshots.
#include "../broken.h"

BROKEN("forgets-group", "operator", "concurrency": "keyed", "state_version": 1, "outputs": { "same": true },
       "inputs": [{ "name": "key", "type": "string" }]);

static tide_status setup(tide_instance *me) {
  me->memory = calloc(1, sizeof(tide_table));
  return tide_table_init(me->memory, me->host, 100000, 8);
}
static void teardown(tide_instance *me) {
  tide_table_free(me->memory);
  free(me->memory);
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t key = tide_find(in->frame, "key");
  uint32_t count = 0;
  for (uint32_t k = 0; k < in->count; k++) {
    int is_new;
    tide_table_at(me->memory, in->frame, key, tide_row(in->selection, k), &is_new);
    if (is_new) me->kept[count++] = (uint16_t)tide_row(in->selection, k);
  }
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, count);
}

static const tide_writer *whole;

static tide_status write_half(void *context, uint32_t group, const void *bytes, uint64_t length) {
  (void)context;
  return group < 64 ? whole->write(whole->context, group, bytes, length) : TIDE_OK;
}

static tide_status snapshot(tide_instance *me, const tide_writer *writer) {
  tide_writer half = {.size = sizeof half, .write = write_half};
  whole = writer;
  return tide_table_save(me->memory, &half);
}

static tide_status restore(tide_instance *me, uint32_t group, const tide_reader *reader) {
  return tide_table_load(me->memory, me->host, group, reader, 1);
}

TIDE_SIMPLE("forgets-group", setup, teardown, .process = process, .snapshot = snapshot, .restore = restore, .state_version = 1);
