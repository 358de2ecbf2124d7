/* Records to frames and back: JSON lines and plain text.
 *
 * A decoder takes bytes, appends the records' fields to columns after a plan, and writes a whole frame (frame.h) into memory that
 * the caller provides. An encoder writes the rows of a batch as text. Both belong to one thread at a time, keep their memory
 * between calls, and stop the process when memory runs out.
 */
#ifndef TIDEMILL_CJSON_H
#define TIDEMILL_CJSON_H

#include <stdint.h>

#include "tidemill/frame.h"
#include "tidemill/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CJSON_FORMAT_JSON 0u
#define CJSON_FORMAT_TEXT 1u

/* How a TIME column was written where it came from: the column's `param`. */
#define CJSON_TIME_PLAIN 0u /* a time of our own: RFC 3339 UTC, or the encoder's time_format */
#define CJSON_TIME_S 1u     /* a number of seconds, milliseconds, ... since the epoch */
#define CJSON_TIME_MS 2u
#define CJSON_TIME_US 3u
#define CJSON_TIME_NS 4u
#define CJSON_TIME_RFC3339 5u

/* Why a record is dead. */
#define CJSON_DEAD_JSON 1u    /* not JSON */
#define CJSON_DEAD_UTF8 2u    /* not UTF-8 */
#define CJSON_DEAD_OBJECT 3u  /* JSON, but no object */
#define CJSON_DEAD_RECORD 4u  /* longer than a record may be */
#define CJSON_DEAD_DEPTH 5u   /* nested deeper than a record may be */
#define CJSON_DEAD_KEY 6u     /* a name or a key longer than it may be */
#define CJSON_DEAD_FRAME 7u   /* needs more room than a frame has */
#define CJSON_DEAD_TYPE 8u    /* a value that cannot be cast to its declared type */
#define CJSON_DEAD_TIME 9u    /* event time absent, unreadable or outside 1678-2261 */
#define CJSON_DEAD_AHEAD 10u  /* event time too far ahead of the ingest time */

typedef struct cjson_column {
  tide_string name;
  uint8_t type;     /* TIDE_BOOL, TIDE_I64, TIDE_F64, TIDE_TIME, TIDE_UTF8, TIDE_BINARY or TIDE_VARIANT */
  uint8_t role;     /* TIDE_ROLE_*, or TIDE_NONE_ROLE */
  uint8_t declared; /* 1: a value that cannot be cast makes the record dead */
} cjson_column;

typedef struct cjson_plan {
  const cjson_column *columns;
  uint32_t count;
  uint8_t format;
  uint8_t rest;           /* 1: keep the other fields in one VARIANT column */
  uint8_t verbatim;       /* 1: keep the record's bytes */
  uint8_t ingest_missing; /* 1: a missing event time becomes the ingest time, 0: the record is dead */
  uint32_t time_unit;     /* CJSON_TIME_S ... CJSON_TIME_NS */
  int64_t max_ahead;      /* ns; < 0 = off */
  uint64_t max_record;    /* bytes */
  uint32_t max_depth;     /* 1..16; the record itself is depth 1 */
  uint32_t max_key;       /* bytes */
  uint32_t rows_per_frame;
  uint64_t bytes_per_frame;
} cjson_plan;

typedef struct cjson_step {
  uint64_t consumed;    /* bytes taken; what is left must stand at the front of the next call's bytes */
  uint32_t frame_ready; /* 1: take the rows, if any, and the dead records, then call again */
} cjson_step;

/* A record that became no row. `bytes` points into the input of the call that found it; of a record longer than max_record it
 * has the first 4096 bytes. `reason` lives until the next cjson_decode. */
typedef struct cjson_dead {
  uint64_t offset; /* of the record in the partition */
  tide_string bytes;
  tide_string reason;
  uint32_t code; /* CJSON_DEAD_* */
} cjson_dead;

/* Since the decoder was made. */
typedef struct cjson_counters {
  uint64_t rows, dead, blanks;
  uint64_t mismatches; /* values of another type than their column, left out of it */
} cjson_counters;

typedef struct cjson_decoder cjson_decoder;

/* Why a plan cannot work, a static sentence; NULL when it can. */
const char *cjson_plan_objection(const cjson_plan *plan);

/* The plan is copied. NULL when it cannot work. */
cjson_decoder *cjson_decoder_create(const cjson_plan *plan);
void cjson_decoder_destroy(cjson_decoder *decoder);

/* Takes whole records from bytes[0..length) until the frame is full, or everything is taken. bytes[0..readable) may be read;
 * 64 bytes beyond length spare a copy. `offset` is the position of bytes[0] in the partition: the bytes at one offset never
 * change. `final`: nothing follows, so the last record may lack its line end. */
cjson_step cjson_decode(cjson_decoder *decoder, const uint8_t *bytes, uint64_t length, uint64_t readable, uint64_t offset,
                        uint32_t final, int64_t ingest_time);

/* Rows in the frame so far, and the length of that frame; 0 when there is no row. */
uint32_t cjson_rows(const cjson_decoder *decoder);
uint64_t cjson_frame_bytes(cjson_decoder *decoder);

/* Writes the frame and starts the next one. Returns its length; 0, and keeps the rows, when there is none or `capacity` is too
 * small. `into` is 64-byte aligned. Row i has the id first_id + i, unless the plan maps a field to that role. */
uint64_t cjson_write_frame(cjson_decoder *decoder, uint8_t *into, uint64_t capacity, uint32_t stream, int64_t first_id);

/* The records that the last cjson_decode found dead. */
const cjson_dead *cjson_dead_records(const cjson_decoder *decoder, uint64_t *count);
cjson_counters cjson_decoder_counters(const cjson_decoder *decoder);

typedef struct cjson_encode_plan {
  uint32_t format;      /* CJSON_FORMAT_* */
  uint32_t time_format; /* CJSON_TIME_PLAIN = RFC 3339, else CJSON_TIME_S ... CJSON_TIME_NS */
  uint32_t verbatim;    /* 1: write a row that still has its record from those bytes */
} cjson_encode_plan;

typedef struct cjson_encoder cjson_encoder;

cjson_encoder *cjson_encoder_create(const cjson_encode_plan *plan);
void cjson_encoder_destroy(cjson_encoder *encoder);

/* The selected rows as lines; valid until the next call. */
tide_string cjson_encode(cjson_encoder *encoder, const tide_batch *batch);

/* 1 and ns since the epoch if the text is an RFC 3339 time of the years 1678 to 2261, else 0. */
uint32_t cjson_read_time(tide_string text, int64_t *time);

#ifdef __cplusplus
}
#endif
#endif
