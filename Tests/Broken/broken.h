/* What the deliberately broken plugins share: a manifest, an instance with room for what they need, and right entries for all
 * but the one that is broken.
 *
 * The first line of each plugin names the case of the checker that it has to fail, and how:
 *   // Expect: CASE fail|crash|timeout
 */
#ifndef TIDEMILL_BROKEN_H
#define TIDEMILL_BROKEN_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <tidemill/table.h>

/* The manifest of a plugin with one component of its name; what follows are further members of the component. */
#define BROKEN(name, kind, ...) TIDE_MANIFEST(BROKEN_TEXT(name, kind, #__VA_ARGS__))
#define BROKEN_TEXT(name, kind, more)                                                                                      \
  "{\"abi\":0,\"name\":\"" name "\",\"version\":\"1.0.0\",\"license\":\"MIT\",\"doc\":\"Has one fault.\",\"components\":[" \
  "{\"id\":\"" name "\",\"kind\":\"" kind "\",\"doc\":\"Has one fault.\"," more "}]}"

/* The whole manifest of an operator that hands on what comes, and of one that reads the integer `value`. */
#define BROKEN_FILTER(name) BROKEN(name, "operator", "concurrency": "stateless", "inputs": [], "outputs": { "same": true })
#define BROKEN_READER(name)                                                                                                \
  BROKEN(name, "operator", "concurrency": "stateless", "inputs": [{ "name": "value", "type": "int" }],                     \
         "outputs": { "same": true })
#define BROKEN_STATE(name)                                                                                                 \
  BROKEN(name, "operator", "concurrency": "single", "state_version": 1, "inputs": [], "outputs": { "same": true })
#define BROKEN_SOURCE(name)                                                                                                \
  BROKEN(name, "source", "concurrency": "single", "outputs": {                                                             \
    "fields": [                                                                                                            \
      { "name": "time", "type": "time", "role": "event_time", "doc": "When." },                                            \
      { "name": "n", "type": "int", "doc": "Which." }                                                                      \
    ]                                                                                                                      \
  })

struct tide_instance {
  const tide_host *host;
  uint64_t calls, seen; /* of process or poll; rows */
  void *memory;
  tide_output *output;
  const tide_batch *batch;
  const tide_frame *frame;
  tide_builder rows;
  int32_t time, n;
  int file;
  uint16_t kept[TIDE_MAX_ROWS];
};

/* process: hands all rows on. */
static inline tide_status pass(tide_instance *me, const tide_batch *in, tide_output *out) {
  me->calls++;
  me->seen += in->count;
  return in->count == 0 ? TIDE_OK : me->host->forward(out, 0, in, NULL, 0);
}

/* setup and teardown of a source with the columns of BROKEN_SOURCE. */
static inline tide_status make_columns(tide_instance *me) {
  tide_b_init(&me->rows);
  me->time = tide_b_col(&me->rows, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  me->n = tide_b_col(&me->rows, "n", TIDE_I64, TIDE_NO_ROLE);
  return TIDE_OK;
}
static inline void free_columns(tide_instance *me) { tide_b_free(&me->rows); }

/* The same with a text in place of the number, for a manifest of BROKEN_TEXTS. */
#define BROKEN_TEXTS(name)                                                                                                 \
  BROKEN(name, "source", "concurrency": "single", "outputs": {                                                             \
    "fields": [                                                                                                            \
      { "name": "time", "type": "time", "role": "event_time", "doc": "When." },                                            \
      { "name": "text", "type": "string", "doc": "What." }                                                                 \
    ]                                                                                                                      \
  })
static inline tide_status make_texts(tide_instance *me) {
  tide_b_init(&me->rows);
  me->time = tide_b_col(&me->rows, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  me->n = tide_b_col(&me->rows, "text", TIDE_UTF8, TIDE_NO_ROLE);
  return TIDE_OK;
}

/* Ends the row that was begun and sends it in a frame that `spoil` has changed on its way. */
static inline tide_status send_spoilt(tide_instance *me, tide_output *out, void (*spoil)(tide_instance *, tide_slot *)) {
  tide_slot slot = {.size = sizeof slot};
  tide_status status;
  tide_put_time(&me->rows, me->time, 1700000000000000000);
  tide_end_row(&me->rows);
  if ((status = me->host->reserve(out, 0, tide_b_size(&me->rows), &slot)) < 0) return status;
  slot.used = tide_b_write(&me->rows, slot.bytes, slot.capacity);
  tide_b_reset(&me->rows);
  spoil(me, &slot);
  return me->host->commit(out, &slot);
}
static inline tide_frame *frame_of(tide_slot *slot) { return (tide_frame *)(void *)slot->bytes; }

/* Sends a frame of one row. */
static inline tide_status send_row(tide_instance *me, tide_output *out) {
  tide_put_time(&me->rows, me->time, 1700000000000000000 + (int64_t)me->calls);
  tide_put_i64(&me->rows, me->n, (int64_t)me->calls);
  tide_end_row(&me->rows);
  return tide_finish(&me->rows, me->host, out, 0);
}

/* poll: ten frames, then the end. */
static inline tide_status ten_rows(tide_instance *me, int64_t deadline, tide_output *out) {
  tide_status status = me->calls < 10 ? send_row(me, out) : TIDE_OK;
  (void)deadline;
  me->calls++;
  return status < 0 ? status : me->calls < 10 ? TIDE_OK : TIDE_END;
}

/* snapshot and restore: the number of rows seen. */
static inline tide_status save_seen(tide_instance *me, const tide_writer *writer) {
  return writer->write(writer->context, TIDE_ALL_GROUPS, &me->seen, sizeof me->seen);
}
static inline tide_status restore_seen(tide_instance *me, uint32_t group, const tide_reader *reader) {
  (void)group;
  return tide_restore(me->host, reader, 1, &me->seen, sizeof me->seen);
}

#endif
