/* Arrays and schemas that own what they are made of. */
#ifndef TIDE_ARROW_ARRAY_H
#define TIDE_ARROW_ARRAY_H

#include "CArrow.h"

#define MOST_BUFFERS 3

#define TOO_LARGE "what an Arrow array of this batch has to copy takes more than 256 MiB"

/* The reference of the frame, which every array that was made has a share of. */
typedef struct shared {
  uint32_t refs;
  tide_arrow_owner owner;
} shared;

/* One export. The first thing that fails is kept; what follows is not done. */
typedef struct exporter {
  const tide_frame *f;
  shared *frame;
  uint32_t flags;
  tide_status status;
  const char *why;
  uint64_t copied; /* bytes */
} exporter;

tide_status arrow_fail(exporter *x, tide_status status, const char *why);

/* Makes an array without values: its children and its dictionary are released ones, to be filled in place. */
tide_status arrow_array(exporter *x, struct ArrowArray *a, uint64_t length, uint32_t buffers, uint32_t children, int dictionary);

/* Memory of zeros for a buffer of the array, released with it. NULL: it has failed. */
void *arrow_room(exporter *x, struct ArrowArray *a, uint32_t buffer, uint64_t bytes);

void shared_drop(shared *s);

/* Keys and values of a schema's metadata. */
typedef struct pair {
  const char *key, *value;
} pair;

/* Makes a schema; name and metadata are copied, children and dictionary are released ones, to be filled in place. */
tide_status arrow_schema(exporter *x, struct ArrowSchema *s, const char *format, tide_string name, int nullable,
                         const pair *metadata, uint32_t pairs, uint32_t children, int dictionary);

#endif
