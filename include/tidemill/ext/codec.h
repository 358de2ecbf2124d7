/* tide.codec/1: the host's formats, for sources and sinks.
 *
 * A component whose manifest says `"codec": "decode"` (sources) or `"codec": "encode"` (sinks) gets the shared options of
 * formats (format, fields, time, key, ...) beside its own, and this table from host->extension(context, TIDE_CODEC). The host
 * decides columns, projection and verbatim records from the whole pipeline, so a plugin only moves bytes.
 */
#ifndef TIDEMILL_EXT_CODEC_H
#define TIDEMILL_EXT_CODEC_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_CODEC "tide.codec/1"

/* decode: nothing follows these bytes, so the last record may lack its end. */
#define TIDE_DECODE_FINAL 1u

/* begin: the file holds records of this format already. */
#define TIDE_ENCODE_CONTINUED 1u

typedef struct tide_codec {
  uint32_t size;
  uint32_t reserved;
  /* Decodes the whole records in `bytes` into frames of `partition` and commits them to output port 0. `readable` >= length is
   * how many bytes may be read (64 beyond length spares a copy); `offset` is the position of bytes[0] in the partition, for
   * addresses in dead letters. *consumed receives how many bytes were taken; what is left, an unfinished record, must stand at
   * the front of the next call's bytes. TIDE_MORE: call again with what is left, there are whole records in it. Bad records go
   * to the dead-letter port and count as consumed. [worker] */
  tide_status (*decode)(void *context, tide_output *out, uint32_t partition, const uint8_t *bytes, uint64_t length,
                        uint64_t readable, uint64_t offset, uint32_t flags, uint64_t *consumed);
  /* Encodes the selected rows of a batch in the sink's format, each record complete with its end. Rows that the format cannot
   * hold are left out, and the host rejects them. *bytes stays valid until the next call of encode on this instance. [worker] */
  tide_status (*encode)(void *context, const tide_batch *batch, tide_string *bytes);
  /* The longest record that decode takes, in bytes; a reader's buffer must hold one. [any] */
  uint64_t (*max_record)(void *context);
  /* Says where a partition's bytes come from, for people: the path of a file, the address of a peer. Dead letters and the log
   * name it. Copied; until it is set again. Absent in hosts of the first version: ask with TIDE_HAS. [worker], also in open */
  void (*origin)(void *context, uint32_t partition, tide_string name);
  /* Sends bytes that cannot become a row to the dead-letter port, with the reason: what decode never saw whole. Of more than
   * 4096 bytes the first 4096. `offset` is as in decode. Ask with TIDE_HAS. [worker] */
  tide_status (*bury)(void *context, tide_output *out, uint32_t partition, const uint8_t *bytes, uint64_t length,
                      uint64_t offset, tide_string why);
  /* What encode gives next goes to the front of another file (or stream), where a format such as CSV writes a header row. An
   * instance begins so without this call. With TIDE_ENCODE_CONTINUED the header stands there already. Absent in hosts of the first
   * version: ask with TIDE_HAS. [worker] */
  tide_status (*begin)(void *context, uint32_t flags);
} tide_codec;

#ifdef __cplusplus
}
#endif
#endif
