/* Tidemill frames: the bytes of a batch of events, and how to read them.
 *
 * A frame is one contiguous, position-independent block: a 128-byte header, 48-byte column descriptors, names, buffers. It is
 * little-endian, starts at a multiple of 64 bytes, and all its offsets count from its first byte. Buffers have Arrow's layout.
 * The full description with the rules of validation is docs/frames.md.
 *
 * The readers below are for frames that passed validation (the host's always did): then they are memory-safe for every
 * row < rows and every column < top, and they take a column of -1 (tide_find found nothing) as a column of nulls.
 */
#ifndef TIDEMILL_FRAME_H
#define TIDEMILL_FRAME_H

#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Tidemill frames are little-endian; this host is not"
#endif

/* UTF-8 (or bytes) with a length; borrowed, not terminated. */
typedef struct tide_string {
  const char *data;
  uint64_t length;
} tide_string;

#define TIDE_FRAME_MAGIC 0x45444954u /* "TIDE" */
#define TIDE_FRAME_MAJOR 1
#define TIDE_FRAME_MINOR 0
#define TIDE_FRAME_HEADER 128u
#define TIDE_FRAME_ALIGN 64u
#define TIDE_MAX_ROWS 65536u
#define TIDE_MAX_COLUMNS 4096u
#define TIDE_MAX_NAME 255u
#define TIDE_MAX_NESTED (1u << 20) /* values of all children of LISTs and STRUCTs of a frame together */
#define TIDE_MAX_NESTING 16u       /* LISTs and STRUCTs inside each other */
#define TIDE_NONE_COLUMN 0xFFFFu /* dict, parent: no descriptor */
#define TIDE_NONE_ROLE 255u

/* kind */
#define TIDE_KIND_DATA 0
#define TIDE_KIND_WATERMARK 1
#define TIDE_KIND_BARRIER 2
#define TIDE_KIND_EOS 3
#define TIDE_KIND_IDLE 4
#define TIDE_KIND_ERROR 5 /* DATA for a dead-letter port */
#define TIDE_KIND_PAD 255 /* filler of a log segment */

/* codec: of the bytes after the header, in storage and on the wire only */
#define TIDE_CODEC_NONE 0
#define TIDE_CODEC_LZ4 1
#define TIDE_CODEC_ZSTD 2

/* flags */
#define TIDE_FLAG_HEAD_CRC 1u
#define TIDE_FLAG_BODY_CRC 2u

/* column types; the first seven are all that a plugin must know, storage.h and nested.h read the others */
#define TIDE_BOOL 1
#define TIDE_I64 2
#define TIDE_F64 3
#define TIDE_TIME 4 /* i64 ns since the epoch, UTC */
#define TIDE_UTF8 5
#define TIDE_BINARY 6
#define TIDE_VARIANT 7
#define TIDE_I32 8
#define TIDE_U16 9
#define TIDE_I8 10
#define TIDE_F32 11
#define TIDE_FIXED 12 /* param bytes each */
#define TIDE_LIST 13
#define TIDE_STRUCT 14
#define TIDE_DURATION 15 /* i64 ns */
#define TIDE_U64 16
#define TIDE_DECIMAL128 17 /* i128; param = precision << 8 | scale */

/* column encodings */
#define TIDE_FLAT 0
#define TIDE_DICT16 1
#define TIDE_CONST 2
#define TIDE_SEQ 3

/* column flags */
#define TIDE_NULLABLE 1u
#define TIDE_SORTED 2u
#define TIDE_UNIQUE 4u

/* roles of columns, and indices into tide_frame.role */
#define TIDE_ROLE_ID 0
#define TIDE_ROLE_EVENT_TIME 1
#define TIDE_ROLE_INGEST_TIME 2
#define TIDE_ROLE_SOURCE 3
#define TIDE_ROLE_TYPE 4
#define TIDE_ROLE_KEY 5
#define TIDE_ROLE_HEADERS 6
#define TIDE_ROLE_REST 7

/* Header of a DATA or ERROR frame: 128 bytes. Bytes 0..63 are the envelope, which whoever carries the frame may rewrite. */
typedef struct tide_frame {
  uint32_t magic;
  uint8_t major, minor;
  uint8_t kind, codec;
  uint32_t frame_len; /* bytes in all, a multiple of 64 */
  uint32_t raw_len;   /* frame_len once decompressed */
  uint16_t header_len;
  uint16_t flags;
  uint32_t stream;  /* source partition or edge */
  uint64_t seq;     /* per (stream, epoch) */
  uint64_t log_pos; /* of the first event in the log; ~0 = none */
  int64_t hop_time; /* ns since the epoch at the last enqueue */
  uint32_t epoch;   /* incarnation of the producer */
  uint8_t reserved0[8];
  uint32_t head_crc; /* CRC32C of bytes 0..59 */
  /* content, immutable once published */
  uint64_t schema_id; /* XXH64 of the top columns' role, type, param, nullable, name */
  uint32_t rows;      /* 1..65536 */
  uint16_t cols, top; /* descriptors; the first `top` are the event's columns */
  int64_t tmin, tmax; /* range of the event time, ns */
  uint32_t desc;      /* offset of tide_column[cols] */
  uint32_t names, names_len;
  uint32_t reserved1;
  uint8_t role[8];   /* column of each role, 255 = none */
  uint16_t row_wm;   /* descriptor of the row watermark, 0 = none */
  uint16_t verbatim; /* descriptor of the original records, 0 = none */
  uint32_t body_crc; /* CRC32C of bytes 64..123 and header_len..frame_len */
} tide_frame;

/* A control frame: exactly 128 bytes, the same envelope. */
typedef struct tide_control {
  uint8_t envelope[64];
  int64_t watermark;
  uint64_t checkpoint_id;
  int64_t trigger_time;
  uint32_t options; /* bit 0 unaligned allowed, 1 savepoint, 2 final */
  uint32_t reason;
  uint64_t final_seq;
  uint8_t reserved[20];
  uint32_t body_crc;
} tide_control;

/* A column descriptor: 48 bytes. */
typedef struct tide_column {
  uint8_t type, enc, role, flags;
  uint16_t name_len;
  uint16_t dict; /* descriptor of the dictionary, or of a VARIANT's metadata */
  uint32_t name;
  uint32_t len; /* values */
  uint32_t nulls;
  uint32_t valid;          /* offset of the validity bitmap, LSB first, 1 = valid; 0 = no nulls */
  uint32_t data, data_len; /* values, codes or offsets */
  uint32_t heap, heap_len; /* bytes of strings and variants */
  uint16_t parent;
  uint16_t first_child, nchild;
  uint16_t param; /* width, form of times, decimal precision << 8 | scale */
} tide_column;

/* Keeps what is read seldom, or in other ways, out of the loops that read what is usual. */
#if defined(__GNUC__) || defined(__clang__)
#define TIDE_APART_ static __attribute__((noinline, unused))
#define TIDE_USUAL_(condition) __builtin_expect(!!(condition), 1)
#else
#define TIDE_APART_ static inline
#define TIDE_USUAL_(condition) (condition)
#endif

/* ---- structure ------------------------------------------------------------------------------------------------------- */

static inline const uint8_t *tide_at(const tide_frame *f, uint32_t offset) { return (const uint8_t *)f + offset; }

/* Descriptor c (0 <= c < cols). */
static inline const tide_column *tide_col(const tide_frame *f, int32_t c) {
  return (const tide_column *)(const void *)(tide_at(f, f->desc)) + c;
}

/* Name of descriptor c, borrowed from the frame. */
static inline tide_string tide_name(const tide_frame *f, int32_t c) {
  const tide_column *d = tide_col(f, c);
  tide_string s;
  s.data = (const char *)tide_at(f, d->name);
  s.length = d->name_len;
  return s;
}

/* Index of the column with this name, -1 if the frame has none. Linear: resolve once per schema_id and keep it. */
static inline int32_t tide_find_n(const tide_frame *f, const char *name, uint64_t length) {
  const tide_column *d = tide_col(f, 0);
  int32_t c;
  for (c = 0; c < (int32_t)f->top; c++)
    if (d[c].name_len == length && length != 0 && memcmp(tide_at(f, d[c].name), name, (size_t)length) == 0) return c;
  return -1;
}
static inline int32_t tide_find(const tide_frame *f, const char *name) { return tide_find_n(f, name, strlen(name)); }

/* Index of the column that holds a role (TIDE_ROLE_*), -1 if none does. */
static inline int32_t tide_role(const tide_frame *f, uint32_t role) {
  uint8_t c = f->role[role & 7u];
  return c == TIDE_NONE_ROLE ? -1 : (int32_t)c;
}

/* Type of a column (TIDE_I64, ...), 0 for -1. */
static inline uint32_t tide_type(const tide_frame *f, int32_t c) { return c < 0 ? 0u : tide_col(f, c)->type; }

/* ---- one value ------------------------------------------------------------------------------------------------------- */

static inline int tide_bit_(const uint8_t *bits, uint32_t i) { return (bits[i >> 3] >> (i & 7u)) & 1; }
static inline int64_t tide_load_i64_(const uint8_t *p) {
  int64_t v;
  memcpy(&v, p, 8);
  return v;
}
static inline double tide_load_f64_(const uint8_t *p) {
  double v;
  memcpy(&v, p, 8);
  return v;
}
static inline int32_t tide_load_i32_(const uint8_t *p) {
  int32_t v;
  memcpy(&v, p, 4);
  return v;
}
static inline uint16_t tide_load_u16_(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, 2);
  return v;
}

/* Descriptor c, for -1 one without a type: found without a branch, so that a loop over rows can find it once. */
static inline const tide_column *tide_any_(const tide_frame *f, int32_t c) {
  static tide_column none; /* zeros, never written */
  const tide_column *d = tide_col(f, c);
  return c < 0 ? &none : d;
}

/* 1 when row i of column d has a value. */
static inline int tide_has_(const tide_frame *f, const tide_column *d, uint32_t i) {
  return d->valid == 0 || tide_bit_(tide_at(f, d->valid), i);
}

/* 1 when row i has a value, 0 when it is null or absent. */
static inline int tide_valid(const tide_frame *f, int32_t c, uint32_t i) { return c >= 0 && tide_has_(f, tide_any_(f, c), i); }

/* Where value i of column d stands: its descriptor (the dictionary's for DICT16) and its index there. */
static inline const tide_column *tide_slot_(const tide_frame *f, const tide_column *d, uint32_t *i) {
  if (d->enc == TIDE_DICT16) {
    *i = tide_load_u16_(tide_at(f, d->data) + 2u * (uint64_t)*i);
    return tide_col(f, d->dict);
  }
  if (d->enc == TIDE_CONST) *i = 0;
  return d;
}

/* tide_i64 of a value that is there. */
static inline int64_t tide_i64_there_(const tide_frame *f, const tide_column *d, uint32_t i) {
  const uint8_t *p = tide_at(f, d->data);
  if (d->enc == TIDE_SEQ)
    return d->type == TIDE_U64 ? 0 : (int64_t)((uint64_t)tide_load_i64_(p) + (uint64_t)i * (uint64_t)tide_load_i64_(p + 8));
  d = tide_slot_(f, d, &i);
  p = tide_at(f, d->data);
  switch (d->type) {
  case TIDE_I64:
  case TIDE_TIME:
  case TIDE_DURATION: return tide_load_i64_(p + 8u * (uint64_t)i);
  case TIDE_I32: return tide_load_i32_(p + 4u * (uint64_t)i);
  case TIDE_U16: return tide_load_u16_(p + 2u * (uint64_t)i);
  case TIDE_I8: return (int8_t)p[i];
  case TIDE_BOOL: return tide_bit_(p, i);
  default: return 0;
  }
}

/* tide_i64 of any column; out of the way of the usual ones. */
TIDE_APART_ int64_t tide_i64_any_(const tide_frame *f, int32_t c, uint32_t i) {
  return tide_valid(f, c, i) ? tide_i64_there_(f, tide_col(f, c), i) : 0;
}

/* An integer: I64, TIME and DURATION as they are, smaller integers widened, BOOL as 0 or 1; 0 for null and other types. */
static inline int64_t tide_i64(const tide_frame *f, int32_t c, uint32_t i) {
  const tide_column *d = tide_any_(f, c);
  const uint8_t *values = tide_at(f, d->data), *valid = tide_at(f, d->valid);
  uint64_t step = d->enc == TIDE_CONST ? 0u : 8u;
  int is_usual = (d->enc != TIDE_SEQ) & ((d->type == TIDE_I64) | (d->type == TIDE_TIME));
  int is_plain = is_usual & (d->enc == TIDE_FLAT) & (d->valid == 0); /* one look in a loop, where the rest takes three */
  if (is_plain) return tide_load_i64_(values + 8u * (uint64_t)i);
  if (!TIDE_USUAL_(is_usual)) return tide_i64_any_(f, c, i);
  return d->valid == 0 || tide_bit_(valid, i) ? tide_load_i64_(values + step * i) : 0;
}

/* A U64 as it is, and another integer that is not negative; 0 for null and the rest. */
static inline uint64_t tide_u64(const tide_frame *f, int32_t c, uint32_t i) {
  const tide_column *d;
  const uint8_t *p;
  int64_t integer;
  if (!tide_valid(f, c, i)) return 0;
  d = tide_col(f, c);
  if (d->type != TIDE_U64) return (integer = tide_i64_there_(f, d, i)) < 0 ? 0u : (uint64_t)integer;
  p = tide_at(f, d->data);
  if (d->enc == TIDE_SEQ) return (uint64_t)tide_load_i64_(p) + (uint64_t)i * (uint64_t)tide_load_i64_(p + 8);
  tide_slot_(f, d, &i);
  return (uint64_t)tide_load_i64_(p + 8u * (uint64_t)i);
}

/* tide_f64 of any column; out of the way of the usual ones. */
TIDE_APART_ double tide_f64_any_(const tide_frame *f, int32_t c, uint32_t i) {
  const tide_column *d;
  float single;
  if (!tide_valid(f, c, i)) return 0;
  d = tide_col(f, c);
  if (d->type == TIDE_U64) return (double)tide_u64(f, c, i);
  if (d->type != TIDE_F32) return (double)tide_i64_there_(f, d, i);
  memcpy(&single, tide_at(f, d->data) + (d->enc == TIDE_CONST ? 0u : 4u * (uint64_t)i), 4);
  return single;
}

/* A number: F64 and F32, integers widened to the nearest double; 0 for null and other types. */
static inline double tide_f64(const tide_frame *f, int32_t c, uint32_t i) {
  const tide_column *d = tide_any_(f, c);
  const uint8_t *values = tide_at(f, d->data), *valid = tide_at(f, d->valid);
  uint64_t step = d->enc == TIDE_CONST ? 0u : 8u;
  int is_plain = (d->type == TIDE_F64) & (d->enc == TIDE_FLAT) & (d->valid == 0);
  if (is_plain) return tide_load_f64_(values + 8u * (uint64_t)i);
  if (!TIDE_USUAL_(d->type == TIDE_F64)) return tide_f64_any_(f, c, i);
  return d->valid == 0 || tide_bit_(valid, i) ? tide_load_f64_(values + step * i) : 0;
}

/* A BOOL; 0 for null and other types. */
static inline int tide_bool(const tide_frame *f, int32_t c, uint32_t i) {
  return tide_type(f, c) == TIDE_BOOL && tide_i64(f, c, i) != 0;
}

static inline tide_string tide_empty_(void) {
  tide_string s;
  s.data = "";
  s.length = 0;
  return s;
}

/* String i of those that `offsets` part `heap` into. */
static inline tide_string tide_span_(const uint8_t *offsets, const uint8_t *heap, uint32_t i) {
  uint32_t from = (uint32_t)tide_load_i32_(offsets + 4u * (uint64_t)i);
  tide_string s;
  s.data = (const char *)heap + from;
  s.length = (uint32_t)tide_load_i32_(offsets + 4u * (uint64_t)i + 4) - from;
  return s;
}

/* tide_bytes of a column d of strings, nothing unless `is_one`. What is the same for all rows stands first, for loops. */
static inline tide_string tide_text_(const tide_frame *f, const tide_column *d, int is_one, uint32_t i) {
  int is_coded = d->enc == TIDE_DICT16, is_const = d->enc == TIDE_CONST, is_whole = is_one & (d->valid == 0);
  const tide_column *dictionary = tide_col(f, d->dict), *of = is_coded ? dictionary : d;
  const uint8_t *codes = tide_at(f, d->data), *offsets = tide_at(f, of->data), *heap = tide_at(f, of->heap);
  const uint8_t *valid = tide_at(f, d->valid);
  if (!is_whole && (!is_one || !tide_bit_(valid, i))) return tide_empty_();
  if (is_coded) return tide_span_(offsets, heap, tide_load_u16_(codes + 2u * (uint64_t)i));
  return tide_span_(offsets, heap, is_const ? 0u : i);
}

/* tide_bytes of what is no string. */
TIDE_APART_ tide_string tide_bytes_any_(const tide_frame *f, int32_t c, uint32_t i) {
  tide_string s = tide_empty_();
  const tide_column *d = tide_any_(f, c);
  if ((d->type != TIDE_FIXED && d->type != TIDE_DECIMAL128) || !tide_has_(f, d, i)) return s;
  d = tide_slot_(f, d, &i);
  s.length = d->type == TIDE_FIXED ? d->param : 16u;
  s.data = (const char *)tide_at(f, d->data) + s.length * i;
  return s;
}

/* The bytes of a value of UTF8, BINARY, VARIANT, FIXED or DECIMAL128, borrowed from the frame; length 0 and data "" for null and
 * other types. */
static inline tide_string tide_bytes(const tide_frame *f, int32_t c, uint32_t i) {
  const tide_column *d = tide_any_(f, c);
  int is_string = (d->type == TIDE_UTF8) | (d->type == TIDE_BINARY) | (d->type == TIDE_VARIANT);
  return TIDE_USUAL_(is_string) ? tide_text_(f, d, 1, i) : tide_bytes_any_(f, c, i);
}

/* Text of a UTF8 column; empty for null and other types. */
static inline tide_string tide_utf8(const tide_frame *f, int32_t c, uint32_t i) {
  const tide_column *d = tide_any_(f, c);
  return tide_text_(f, d, d->type == TIDE_UTF8, i);
}

/* A VARIANT: its value's bytes and, in *metadata, the key dictionary that all of the column shares (both in Parquet's Variant
 * encoding); empty for null and other types. */
static inline tide_string tide_var(const tide_frame *f, int32_t c, uint32_t i, tide_string *metadata) {
  const tide_column *d = tide_any_(f, c), *keys = tide_col(f, d->dict);
  const uint8_t *offsets = tide_at(f, d->data), *heap = tide_at(f, d->heap), *valid = tide_at(f, d->valid);
  int is_const = d->enc == TIDE_CONST, is_one = d->type == TIDE_VARIANT, is_whole = is_one & (d->valid == 0);
  *metadata = tide_empty_();
  if (!is_whole && (!is_one || !tide_bit_(valid, i))) return tide_empty_();
  *metadata = tide_span_(tide_at(f, keys->data), tide_at(f, keys->heap), 0);
  return tide_span_(offsets, heap, is_const ? 0 : i);
}

/* ---- whole columns: a pointer to all rows, or NULL when the column is not laid out that way -------------------------------- */

static inline const void *tide_flat_(const tide_frame *f, int32_t c, uint32_t type) {
  const tide_column *d;
  if (c < 0) return NULL;
  d = tide_col(f, c);
  return d->type == type && d->enc == TIDE_FLAT ? (const void *)tide_at(f, d->data) : NULL;
}
static inline const double *tide_f64_vec(const tide_frame *f, int32_t c) { return (const double *)tide_flat_(f, c, TIDE_F64); }
static inline const int64_t *tide_i64_vec(const tide_frame *f, int32_t c) { return (const int64_t *)tide_flat_(f, c, TIDE_I64); }
static inline const int64_t *tide_time_vec(const tide_frame *f, int32_t c) {
  return (const int64_t *)tide_flat_(f, c, TIDE_TIME);
}
/* Dictionary codes of a DICT16 column. */
static inline const uint16_t *tide_code_vec(const tide_frame *f, int32_t c) {
  const tide_column *d;
  if (c < 0) return NULL;
  d = tide_col(f, c);
  return d->enc == TIDE_DICT16 ? (const uint16_t *)(const void *)tide_at(f, d->data) : NULL;
}
/* Validity bitmap, LSB first, 1 = valid; NULL when no row is null. */
static inline const uint8_t *tide_valid_vec(const tide_frame *f, int32_t c) {
  const tide_column *d;
  if (c < 0) return NULL;
  d = tide_col(f, c);
  return d->valid == 0 ? NULL : tide_at(f, d->valid);
}
/* Descriptor of a DICT16 column's dictionary (readable with the functions above), -1 for other encodings. */
static inline int32_t tide_dict(const tide_frame *f, int32_t c) {
  return c >= 0 && tide_col(f, c)->enc == TIDE_DICT16 ? (int32_t)tide_col(f, c)->dict : -1;
}

/* Watermark of the row's partition before the row, where the row is behind it; INT64_MIN elsewhere. */
static inline int64_t tide_row_watermark(const tide_frame *f, uint32_t i) {
  return f->row_wm == 0 ? INT64_MIN : tide_i64(f, (int32_t)f->row_wm, i);
}
/* The row's original record; data NULL when the frame carries none. */
static inline tide_string tide_verbatim(const tide_frame *f, uint32_t i) {
  tide_string none;
  none.data = NULL;
  none.length = 0;
  return f->verbatim == 0 ? none : tide_bytes(f, (int32_t)f->verbatim, i);
}

/* Frame row of the k-th row to visit (k < count); a macro-free loop: for k in 0..<count { i = tide_row(selection, k) }. */
static inline uint32_t tide_row(const uint16_t *selection, uint32_t k) { return selection == NULL ? k : selection[k]; }

#ifdef __cplusplus
}
#endif

#include "key.h"
#endif
