/* tide.arrow/1: a batch through the Arrow C Data Interface, for plugins that hand rows to Arrow's libraries.
 *
 *   const tide_arrow *arrow = host->extension(host->context, TIDE_ARROW);          in create or open; NULL: this host has none
 *   struct ArrowArray array;
 *   struct ArrowSchema schema;
 *   status = arrow->export_batch(host->context, in, 0, &array, &schema);           in process
 *   ...                                                                            hand both over, or read them here
 *   if (array.release) array.release(&array);
 *   if (schema.release) schema.release(&schema);
 *
 * The array is a struct (format "+s") with one child a column of the event, and as long as the batch has rows to visit: Arrow has
 * no selection, so rows that are not visited are left out.
 *
 * What is copied. Nothing, when the rows to visit stand side by side (all of them do without a selection): buffers of FLAT and
 * DICT16 columns, at any depth, are the frame's own. Copied are CONST and SEQ columns, which Arrow has no form for, and every
 * column when the rows to visit are scattered.
 *
 *   column                     format                              copied
 *   BOOL I8 U16 I32 I64 U64    b c S i l L                         -
 *   F32 F64                    f g                                 -
 *   TIME, DURATION             tsn:UTC, tDn                        -
 *   UTF8, BINARY               u, z                                -
 *   FIXED, DECIMAL128          w:BYTES, d:PRECISION,SCALE          -
 *   any of these, SEQ or CONST the same                            its values
 *   UTF8, BINARY, CONST        c with a dictionary of one          a byte a row
 *   DICT16                     S with a dictionary                 -
 *   LIST, STRUCT               +l, +s                              CONST ones
 *   VARIANT                    +s of `metadata` (c with a          a byte a row, and CONST ones
 *                              dictionary of one z) and `value` (z),
 *                              extension arrow.parquet.variant
 *
 * So the format of a column may differ from batch to batch, as its encoding does: TIDE_ARROW_PLAIN writes dictionaries of text
 * and of bytes out, and then batches of equal frame->schema_id have equal formats. What is copied is limited to
 * TIDE_ARROW_COPIED bytes a batch.
 *
 * Names. A column keeps its name. One without a name is the host's own and is called `tidemill.id`, `tidemill.ingest_time`,
 * `tidemill.rest`, after its role; the column inside a LIST that has no name is called `item`. A column with a role has it in its
 * metadata under `tidemill.role`: id, event_time, ingest_time, source, type, key, headers, rest. The row watermark and the
 * original records are not exported.
 *
 * Owning. Both structs are the caller's from then on, and are released, once each, through their own `release`, in either order,
 * on any thread, also after the call, after the instance and after the pipeline. Whoever moves one, or a child or a dictionary
 * of one, by copying the struct sets the source's `release` to NULL, as the interface says. The arrays share one reference of the
 * frame, which goes when the last of them is released; until then the frame counts as retained by the pipeline, whose bound it
 * can use up. The buffers are read-only: other nodes see the same frame.
 */
#ifndef TIDEMILL_EXT_ARROW_H
#define TIDEMILL_EXT_ARROW_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The structs of the interface (arrow.apache.org/docs/format/CDataInterface.html), under the guard that it prescribes: a program
 * may have them from several headers. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif

#define TIDE_ARROW "tide.arrow/1"

/* export_batch: no dictionaries of text, bytes, FIXED and DECIMAL128; the values are written out. */
#define TIDE_ARROW_PLAIN 1u

/* Bytes that an export copies at most: 16 times the largest frame. */
#define TIDE_ARROW_COPIED (256u << 20)

typedef struct tide_arrow {
  uint32_t size;
  uint32_t reserved;
  /* Fills both structs, neither of which may be NULL; what they held before is not looked at. `batch` is the pointer that the call
   * was given, or one from retain. `flags` is 0 or TIDE_ARROW_PLAIN. On failure both are left released: TIDE_E_RETRY when memory,
   * or the pipeline's bound for retained frames, has no room now, TIDE_E_UNSUPPORTED when the copies would be larger than
   * TIDE_ARROW_COPIED or a flag is unknown; the host has the reason already, as from fail. [worker] */
  tide_status (*export_batch)(void *context, const tide_batch *batch, uint32_t flags, struct ArrowArray *array,
                              struct ArrowSchema *schema);
} tide_arrow;

#ifdef __cplusplus
}
#endif
#endif
