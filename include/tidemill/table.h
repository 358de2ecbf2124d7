/* State by key with a bound: a table from the keys of rows to values of one size, and its snapshot.
 *
 *   tide_table levels;                                                  in the instance
 *   status = tide_table_init(&levels, host, 10000, sizeof(double));     setup: takes all its memory at once
 *   double *level = (double *)tide_table_at(&levels, frame, column, row, &is_new);
 *   tide_table_save(&levels, writer);                                   snapshot
 *   tide_table_load(&levels, host, group, reader, 1);                   restore
 *   tide_table_free(&levels);                                           teardown
 *
 * A snapshot has each entry in the blob of its key's group: the key's length (uint32_t), the key's bytes, the value as it
 * stands in memory. So values hold no pointers, and their padding is zero: write members, do not assign structs.
 */
#ifndef TIDEMILL_TABLE_H
#define TIDEMILL_TABLE_H

#include "simple.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Key bytes that an entry has room for: a text of 115 bytes, and every number and time. */
#define TIDE_TABLE_KEY 116u

typedef struct tide_table {
  uint8_t *entries; /* of `stride` bytes: uint32_t length of the key, 0 = free; the key; the value */
  uint32_t places, stride;
  uint32_t used, limit;
  uint32_t value_bytes;
  uint32_t reserved;
} tide_table;

/* Takes the memory for `limit` keys and a value of `value_bytes` for each; TIDE_E_CONFIG, with a text, when there is none. */
static inline tide_status tide_table_init(tide_table *t, const tide_host *host, uint32_t limit, uint32_t value_bytes) {
  memset(t, 0, sizeof *t);
  if (value_bytes > 1u << 20) return tide_fail(host, TIDE_E_CONFIG, "", "a value has %u bytes; the limit is 1 MiB", value_bytes);
  t->stride = 4u + TIDE_TABLE_KEY + ((value_bytes + 7u) & ~7u);
  t->places = 2u * limit; /* half of them stay free, so that a search is short */
  t->limit = limit;
  t->value_bytes = value_bytes;
  if (limit > 0 && limit < 1u << 30) t->entries = (uint8_t *)calloc(t->places, t->stride);
  if (t->entries != NULL) return TIDE_OK;
  return tide_fail(host, TIDE_E_CONFIG, "", "there is no memory for %u keys with %u bytes each", limit, value_bytes);
}

static inline void tide_table_free(tide_table *t) {
  free(t->entries);
  memset(t, 0, sizeof *t);
}

static inline uint32_t tide_table_length_(const uint8_t *entry) { return (uint32_t)tide_load_i32_(entry); }

/* The value of a key, zeros for one that is new, which is taken in; NULL when the key is too long or the table is full of others.
 * Stays where it is until the table is freed. `is_new` receives 1 or 0 and may be NULL. */
static inline void *tide_table_find(tide_table *t, const void *key, uint64_t length, int *is_new) {
  uint8_t *entry;
  uint64_t at;
  uint32_t taken = (uint32_t)length;
  if (is_new != NULL) *is_new = 0;
  if (length == 0 || length > TIDE_TABLE_KEY) return NULL;
  for (at = tide_xxh64(key, length, 0) % t->places;; at = at + 1u < t->places ? at + 1u : 0) {
    entry = t->entries + at * t->stride;
    if (tide_table_length_(entry) == 0) break;
    if (tide_table_length_(entry) == taken && memcmp(entry + 4, key, (size_t)length) == 0) return entry + 4 + TIDE_TABLE_KEY;
  }
  if (t->used == t->limit) return NULL;
  t->used++;
  if (is_new != NULL) *is_new = 1;
  memcpy(entry, &taken, 4);
  memcpy(entry + 4, key, (size_t)length);
  return entry + 4 + TIDE_TABLE_KEY;
}

/* The value of the key in column c of a row; rows without one share the key null. */
static inline void *tide_table_at(tide_table *t, const tide_frame *f, int32_t c, uint32_t row, int *is_new) {
  uint8_t key[TIDE_TABLE_KEY];
  return tide_table_find(t, key, tide_key_bytes(f, c, row, key, sizeof key), is_new);
}

/* Why tide_table_at gave no value for the row, for reject. */
static inline tide_string tide_table_refusal(const tide_frame *f, int32_t c, uint32_t row) {
  uint8_t key[TIDE_TABLE_KEY];
  return tide_key_bytes(f, c, row, key, sizeof key) > sizeof key ? TIDE_TEXT("the key is longer than 115 bytes")
                                                                 : TIDE_TEXT("there are more keys than the table holds");
}

/* Writes all entries, each to its key's group. */
static inline tide_status tide_table_save(const tide_table *t, const tide_writer *writer) {
  tide_status status = TIDE_OK;
  for (uint32_t i = 0; i < t->places && status >= 0; i++) {
    const uint8_t *entry = t->entries + (uint64_t)i * t->stride;
    uint32_t length = tide_table_length_(entry), group = tide_key_group(entry + 4, length);
    if (length == 0) continue;
    status = writer->write(writer->context, group, entry, 4u + length);
    if (status >= 0) status = writer->write(writer->context, group, entry + 4 + TIDE_TABLE_KEY, t->value_bytes);
  }
  return status;
}

/* Takes in one group's blob of this state_version; TIDE_E_STATE, with a text, for one that is damaged or newer or has more keys
 * than there is room for. */
static inline tide_status tide_table_load(tide_table *t, const tide_host *host, uint32_t group, const tide_reader *reader,
                                          uint32_t state_version) {
  uint8_t key[TIDE_TABLE_KEY];
  uint32_t length;
  int more, is_whole = reader->state_version == state_version;
  if (tide_restorable(host, reader, state_version) < 0) return TIDE_E_STATE;
  while (is_whole && (more = tide_load(reader, &length, 4)) != 0) {
    void *value = NULL;
    is_whole = more == 1 && length > 0 && length <= TIDE_TABLE_KEY && tide_load(reader, key, length) == 1;
    if (is_whole && tide_key_group(key, length) == group) value = tide_table_find(t, key, length, NULL);
    is_whole = value != NULL && tide_load(reader, value, t->value_bytes) == 1;
  }
  if (is_whole) return TIDE_OK;
  return tide_fail(host, TIDE_E_STATE, "", "the saved keys of group %u are damaged, or too many", group);
}

#ifdef __cplusplus
}
#endif
#endif
