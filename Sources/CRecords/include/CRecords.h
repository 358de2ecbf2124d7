/* Records to frames and back: JSON lines, CSV and plain text.
 *
 * A decoder takes bytes, appends the records' fields to columns after a plan, and writes a whole frame (frame.h) into memory that
 * the caller provides. An encoder writes the rows of a batch as text. Both belong to one thread at a time, keep their memory
 * between calls, and stop the process when memory runs out.
 */
#ifndef TIDEMILL_CRECORDS_H
#define TIDEMILL_CRECORDS_H

#include <stdint.h>

#include "tidemill/frame.h"
#include "tidemill/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RECORD_FORMAT_JSON 0u
#define RECORD_FORMAT_TEXT 1u
#define RECORD_FORMAT_CSV 2u

/* How a TIME column was written where it came from: the column's `param`. */
#define RECORD_TIME_PLAIN 0u /* a time of our own: RFC 3339 UTC, or the encoder's time_format */
#define RECORD_TIME_S 1u     /* a number of seconds, milliseconds, ... since the epoch */
#define RECORD_TIME_MS 2u
#define RECORD_TIME_US 3u
#define RECORD_TIME_NS 4u
#define RECORD_TIME_RFC3339 5u

/* Why a record is dead. */
#define RECORD_DEAD_JSON 1u    /* not JSON */
#define RECORD_DEAD_UTF8 2u    /* not UTF-8 */
#define RECORD_DEAD_OBJECT 3u  /* JSON, but no object */
#define RECORD_DEAD_RECORD 4u  /* longer than a record may be */
#define RECORD_DEAD_DEPTH 5u   /* a value that is kept is nested too deep */
#define RECORD_DEAD_KEY 6u     /* a name or a key longer than it may be */
#define RECORD_DEAD_FRAME 7u   /* needs more room than a frame has */
#define RECORD_DEAD_TYPE 8u    /* a value that cannot be cast to its declared type */
#define RECORD_DEAD_TIME 9u    /* event time absent, unreadable or outside 1678-2261 */
#define RECORD_DEAD_AHEAD 10u  /* event time too far ahead of the ingest time */
#define RECORD_DEAD_CSV 11u    /* quotes that RFC 4180 does not allow, or a header row that cannot be used */
#define RECORD_DEAD_FIELDS 12u /* fewer or more fields than columns */

typedef struct record_column {
  tide_string name;
  uint8_t type;     /* TIDE_BOOL, TIDE_I64, TIDE_F64, TIDE_TIME, TIDE_UTF8, TIDE_BINARY or TIDE_VARIANT */
  uint8_t role;     /* TIDE_ROLE_*, or TIDE_NONE_ROLE */
  uint8_t declared; /* 1: a value that cannot be cast makes the record dead */
  uint8_t exact;    /* 1: its readers see every value: what does not fit, and explicit nulls, stay in the rest, also where the
                       plan keeps no other fields; unless it is declared, a number that a variant keeps as text does not fit */
  uint8_t numbers;  /* CSV. 1: a cell that is a number stays one in a VARIANT and in the rest; 0: all are strings there */
} record_column;

typedef struct record_plan {
  const record_column *columns;
  uint32_t count;
  uint8_t format;
  uint8_t rest;           /* 1: keep the other fields in one VARIANT column, which exact columns make too */
  uint8_t verbatim;       /* 1: keep the record's bytes */
  uint8_t ingest_missing; /* 1: a missing event time becomes the ingest time, 0: the record is dead */
  uint32_t time_unit;     /* RECORD_TIME_S ... RECORD_TIME_NS */
  int64_t max_ahead;      /* ns; < 0 = off */
  uint64_t max_record;    /* bytes */
  uint32_t max_depth;     /* 1..64, of values that are kept; the record itself is depth 1 */
  uint32_t max_key;       /* bytes */
  uint32_t rows_per_frame;
  uint64_t bytes_per_frame;
  /* CSV */
  uint8_t delimiter;
  const tide_string *names; /* of the columns; NULL: the first record of each partition names them */
  uint32_t name_count;
} record_plan;

typedef struct record_step {
  uint64_t consumed;    /* bytes taken; what is left must stand at the front of the next call's bytes */
  uint32_t frame_ready; /* 1: take the rows, if any, and the dead records, then call again */
} record_step;

/* A record that became no row. `bytes` points into the input of the call that found it; of a record longer than max_record it
 * has the first 4096 bytes. `reason` lives until the next record_decode. */
typedef struct record_dead {
  uint64_t offset; /* of the record in the partition */
  tide_string bytes;
  tide_string reason;
  uint32_t code; /* RECORD_DEAD_* */
} record_dead;

/* Since the decoder was made. */
typedef struct record_counters {
  uint64_t rows, dead, blanks;
  uint64_t mismatches; /* values of another type than their column, left out of it */
} record_counters;

typedef struct record_decoder record_decoder;

/* Why a plan cannot work, a static sentence; NULL when it can. */
const char *record_plan_objection(const record_plan *plan);

/* The plan is copied. NULL when it cannot work. */
record_decoder *record_decoder_create(const record_plan *plan);
void record_decoder_destroy(record_decoder *decoder);

/* Takes whole records from bytes[0..length) until the frame is full, or everything is taken. bytes[0..readable) may be read;
 * 64 bytes beyond length spare a copy. `offset` is the position of bytes[0] in the partition: the bytes at one offset never
 * change. `final`: nothing follows in this partition, so the last record may lack its line end. Rows of two partitions share no
 * frame: write the one before the other begins. */
record_step record_decode(record_decoder *decoder, uint32_t partition, const uint8_t *bytes, uint64_t length, uint64_t readable,
                          uint64_t offset, uint32_t final, int64_t ingest_time);

/* Ends frames at so many rows or bytes from now on, where the plan does not end them earlier. */
void record_limit_frame(record_decoder *decoder, uint32_t rows, uint64_t bytes);

/* Rows in the frame so far, and the length of that frame; 0 when there is no row. */
uint32_t record_rows(const record_decoder *decoder);
uint64_t record_frame_bytes(record_decoder *decoder);

/* Writes the frame and starts the next one. Returns its length; 0, and keeps the rows, when there is none or `capacity` is too
 * small. `into` is 64-byte aligned. Row i has the id first_id + i, unless the plan maps a field to that role. */
uint64_t record_write_frame(record_decoder *decoder, uint8_t *into, uint64_t capacity, uint32_t stream, int64_t first_id);

/* The records that the last record_decode found dead. */
const record_dead *record_dead_records(const record_decoder *decoder, uint64_t *count);
record_counters record_decoder_counters(const record_decoder *decoder);

typedef struct record_encode_plan {
  uint32_t format;      /* RECORD_FORMAT_* */
  uint32_t time_format; /* RECORD_TIME_PLAIN = RFC 3339, else RECORD_TIME_S ... RECORD_TIME_NS */
  uint32_t verbatim;    /* 1: write a row that still has its record from those bytes */
  /* CSV */
  uint8_t delimiter;
  const tide_string *names; /* of the columns; NULL: the first batch decides them */
  uint32_t name_count;
} record_encode_plan;

typedef struct record_encoder record_encoder;

record_encoder *record_encoder_create(const record_encode_plan *plan);
void record_encoder_destroy(record_encoder *encoder);

/* The selected rows as lines; valid until the next call. CSV begins with its header row, once. */
tide_string record_encode(record_encoder *encoder, const tide_batch *batch);

/* Another file begins: CSV writes its header row again, unless the file goes on (`continued`). */
void record_encoder_begin(record_encoder *encoder, uint32_t continued);

/* Rows that the last record_encode left out, because they have a field that is none of the columns. `reason` lives until the next
 * call. */
typedef struct record_refused {
  uint32_t row; /* of the frame */
  tide_string reason;
} record_refused;
const record_refused *record_refused_rows(const record_encoder *encoder, uint64_t *count);

/* TIDE_BOOL, TIDE_I64, TIDE_F64, TIDE_TIME (text) or TIDE_UTF8: what a cell of CSV looks like. */
uint32_t record_type_of_cell(tide_string text);

/* 1 and ns since the epoch if the text is an RFC 3339 time of the years 1678 to 2261, else 0. */
uint32_t record_read_time(tide_string text, int64_t *time);

#ifdef __cplusplus
}
#endif
#endif
