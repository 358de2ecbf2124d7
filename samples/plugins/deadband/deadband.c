/* Operator `deadband`: passes a row when its number has moved by more than `by` since the last row of its key that passed.
 *
 * State: the last number of each key, for at most KEYS keys; a row beyond that bound goes to the dead-letter port, as does one
 * whose key is too long or whose number is none. A row without the number says nothing new and does not pass.
 * A snapshot holds the entries as they are in memory, each in the blob of its key's group.
 */
#include <stdlib.h>
#include <tidemill/plugin.h>

#define KEYS 10000

#define JSON(...) #__VA_ARGS__
TIDE_MANIFEST(JSON({
  "abi": 0, "name": "deadband", "version": "1.0.0", "license": "MIT", "doc": "Report a number only when it has moved.",
  "components": [{
    "id": "deadband", "kind": "operator", "concurrency": "keyed", "state_version": 1,
    "doc": "Pass a row when its number has moved by more than `by` since the last row of its key that passed.",
    "options": [
      { "name": "key", "type": "string", "format": "field", "required": true,
        "doc": "The field that tells series apart. Rows without it are one series." },
      { "name": "field", "type": "string", "format": "field", "required": true,
        "doc": "The number to watch. A row without one does not pass." },
      { "name": "by", "type": "number", "default": 0, "minimum": 0,
        "doc": "How far the number must move. A key's first row passes always." }
    ],
    "inputs": [{ "option": "key" }, { "option": "field", "type": "double", "required": true }],
    "outputs": { "same": true },
    "example": "name: moved\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 200, paced: false, seed: 7 } }\noperators:\n  moved: { use: deadband, from: readings, with: { key: source, field: value, by: 2 } }\nsinks:\n  out: { use: stdout, from: moved }\n"
  }]
}));

typedef struct entry { /* 128 bytes */
  double last;
  uint32_t length; /* of the key; 0 = a free entry */
  uint8_t key[116];
} entry;

struct tide_instance {
  const tide_host *host;
  tide_string key, field; /* the host's, as long as the instance lives */
  double by;
  uint32_t used;
  entry table[2 * KEYS]; /* open addressing; half of it stays free */
  uint16_t kept[TIDE_MAX_ROWS];
};

/* The entry of a key, or the free one where it belongs. */
static entry *find(tide_instance *me, const uint8_t *key, uint32_t length) {
  uint64_t at = tide_xxh64(key, length, 0) % (2 * KEYS);
  while (me->table[at].length != 0 && (me->table[at].length != length || memcmp(me->table[at].key, key, length) != 0))
    at = (at + 1) % (2 * KEYS);
  return &me->table[at];
}

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = calloc(1, sizeof *me);
  (void)component;
  if (me == NULL) return TIDE_E_FATAL;
  me->host = host;
  host->config_string(host->context, "key", &me->key); /* required or defaulted: the host has seen to it that they are there */
  host->config_string(host->context, "field", &me->field);
  host->config_double(host->context, "by", &me->by);
  *out = me;
  return TIDE_OK;
}

static void destroy(tide_instance *me) { free(me); }

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  const tide_frame *f = in->frame;
  int32_t key = tide_find_n(f, me->key.data, me->key.length), field = tide_find_n(f, me->field.data, me->field.length);
  uint32_t type = tide_type(f, field), count = 0;
  for (uint32_t k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    entry now = {.last = tide_f64(f, field, row)}, *last;
    uint64_t length = tide_key_bytes(f, key, row, now.key, sizeof now.key);
    tide_status status = TIDE_OK;
    if (!tide_valid(f, field, row) || now.last != now.last) continue; /* null, no such field, or NaN */
    now.length = (uint32_t)length;
    if (type != TIDE_F64 && type != TIDE_I64)
      status = me->host->reject(out, in, row, TIDE_TEXT("the field is not a number"));
    else if (length > sizeof now.key)
      status = me->host->reject(out, in, row, TIDE_TEXT("the key is longer than 115 bytes"));
    else if ((last = find(me, now.key, now.length))->length == 0 && me->used == KEYS)
      status = me->host->reject(out, in, row, TIDE_TEXT("there are more than 10000 keys"));
    else if (last->length == 0 || now.last > last->last + me->by || now.last < last->last - me->by) {
      me->used += last->length == 0;
      *last = now;
      me->kept[count++] = (uint16_t)row;
    }
    if (status < 0) return status;
  }
  return count == 0 ? TIDE_OK : me->host->forward(out, 0, in, me->kept, count);
}

static tide_status snapshot(tide_instance *me, const tide_writer *writer) {
  tide_status status = TIDE_OK;
  for (const entry *e = me->table; e < me->table + 2 * KEYS && status >= 0; e++)
    if (e->length != 0) status = writer->write(writer->context, tide_key_group(e->key, e->length), e, sizeof *e);
  return status;
}

static tide_status restore(tide_instance *me, uint32_t group, const tide_reader *reader) {
  entry e;
  uint64_t have = 0;
  int64_t got;
  (void)group;
  while ((got = reader->read(reader->context, (uint8_t *)&e + have, sizeof e - have)) > 0) {
    if ((have += (uint64_t)got) < sizeof e) continue; /* a read may give less than was asked for */
    if (e.length == 0 || e.length > sizeof e.key || me->used == KEYS) break;
    *find(me, e.key, e.length) = e;
    me->used++;
    have = 0;
  }
  if (got == 0 && have == 0) return TIDE_OK;
  me->host->fail(me->host->context, TIDE_E_STATE, TIDE_TEXT("the saved entries are damaged or too many"), TIDE_TEXT(""));
  return TIDE_E_STATE;
}

static const tide_component deadband = {
    .size = sizeof deadband, .state_version = 1, .id = "deadband", .create = create, .destroy = destroy, .process = process,
    .snapshot = snapshot, .restore = restore};

TIDE_PLUGIN(&deadband);
