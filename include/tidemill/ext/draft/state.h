/* tide.state/1 (draft): keyed state that the host holds, on the backend that the pipeline names.
 *
 * Keys are the bytes of tide_key_bytes. Calls take arrays, so that a backend across a network answers a frame's keys at once.
 */
#ifndef TIDEMILL_EXT_STATE_H
#define TIDEMILL_EXT_STATE_H

#include "../../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_STATE "tide.state/1"

typedef struct tide_state_table tide_state_table;

/* Receives what get found, in the order of the keys: data NULL for a key without a value. Borrowed until it returns. */
typedef tide_status (*tide_state_receive)(void *user, uint64_t index, tide_string value);

typedef struct tide_state {
  uint32_t size;
  uint32_t reserved;
  /* Opens a table by name; ttl_ns 0 = entries stay. [control] in open */
  tide_status (*table)(void *context, tide_string name, int64_t ttl_ns, tide_state_table **out);
  tide_status (*get)(tide_state_table *table, const tide_string *keys, uint64_t count, tide_state_receive receive,
                     void *user);                                                                             /* [worker] */
  tide_status (*put)(tide_state_table *table, const tide_string *keys, const tide_string *values, uint64_t count); /* [worker] */
  tide_status (*remove)(tide_state_table *table, const tide_string *keys, uint64_t count);                    /* [worker] */
  /* Walks the entries of one key group in key order. [worker] */
  tide_status (*scan)(tide_state_table *table, uint32_t group,
                      tide_status (*visit)(void *user, tide_string key, tide_string value), void *user);
} tide_state;

#ifdef __cplusplus
}
#endif
#endif
