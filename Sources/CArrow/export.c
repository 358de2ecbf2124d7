/* Walks the columns of a frame. Where the rows to visit stand side by side, buffers are the frame's and Arrow's `offset` does the
 * rest; what has no form in Arrow, and rows that are scattered, are copied by copy.c. */
#include "array.h"
#include "copy.h"
#include "tidemill/nested.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const tide_string no_name = {"", 0};

static tide_status column(exporter *x, int32_t c, rows r, tide_string name, struct ArrowArray *a, struct ArrowSchema *s);

/* What a column is in the schema, beside its format. */
typedef struct field {
  const tide_column *d;
  tide_string name;
  pair metadata[3];
  uint32_t pairs;
} field;

static const char *const role_names[8] = {"id", "event_time", "ingest_time", "source", "type", "key", "headers", "rest"};

static field field_of(const exporter *x, int32_t c, tide_string name) {
  static const char *const host_names[8] = {"tidemill.id",   "tidemill.event_time", "tidemill.ingest_time", "tidemill.source",
                                            "tidemill.type", "tidemill.key",        "tidemill.headers",     "tidemill.rest"};
  field it = {.d = tide_col(x->f, c), .name = name};
  if (it.d->role < 8) {
    if (name.length == 0) it.name = (tide_string){host_names[it.d->role], strlen(host_names[it.d->role])};
    it.metadata[it.pairs++] = (pair){"tidemill.role", role_names[it.d->role]};
  }
  return it;
}

static tide_status schema(exporter *x, struct ArrowSchema *s, const char *format, const field *it, uint32_t children,
                          int dictionary) {
  int nullable = (it->d->flags & TIDE_NULLABLE) != 0 || it->d->nulls != 0;
  return arrow_schema(x, s, format, it->name, nullable, it->metadata, it->pairs, children, dictionary);
}

/* Arrow's name of a type with values of its own, the same for all encodings. */
static void format_of(const tide_column *d, char *into, size_t room) {
  static const char *const names[18] = {
      [TIDE_BOOL] = "b", [TIDE_I8] = "c",  [TIDE_U16] = "S",  [TIDE_I32] = "i",  [TIDE_I64] = "l",       [TIDE_U64] = "L",
      [TIDE_F32] = "f",  [TIDE_F64] = "g", [TIDE_UTF8] = "u", [TIDE_BINARY] = "z", [TIDE_TIME] = "tsn:UTC", [TIDE_DURATION] = "tDn"};
  if (d->type == TIDE_FIXED)
    snprintf(into, room, "w:%u", d->param);
  else if (d->type == TIDE_DECIMAL128)
    snprintf(into, room, "d:%u,%u", (unsigned)d->param >> 8, d->param & 0xFFu);
  else
    snprintf(into, room, "%s", d->type < 18 && names[d->type] ? names[d->type] : "n");
}

static int is_text(const tide_column *d) { return d->type == TIDE_UTF8 || d->type == TIDE_BINARY; }
static int is_plain(const exporter *x) { return (x->flags & TIDE_ARROW_PLAIN) != 0; }
/* The frame's own buffers will do. */
static int is_direct(const tide_column *d, rows r) { return d->enc <= TIDE_DICT16 && r.list == NULL; }

/* With an offset of the first row the frame's own bits will do, whatever becomes of the values. */
static void set_validity(exporter *x, struct ArrowArray *a, const tide_column *d, rows r) {
  const uint8_t *bits = d->valid ? tide_at(x->f, d->valid) : NULL;
  int64_t nulls = 0;
  if (!bits) return;
  if (a->offset == r.first && r.list == NULL) {
    a->buffers[0] = bits;
    if (r.count == d->len) {
      nulls = d->nulls;
    } else {
      for (uint32_t k = 0; k < r.count; k++) nulls += !tide_bit_(bits, r.first + k);
    }
  } else {
    nulls = copy_validity(x, a, bits, r);
  }
  a->null_count = nulls;
}

/* Values whose only form is bytes: one buffer, or offsets and a heap. */
static tide_status values(exporter *x, const field *it, int32_t c, rows r, struct ArrowArray *a, struct ArrowSchema *s) {
  const tide_column *d = it->d;
  char format[32];
  format_of(d, format, sizeof format);
  if (schema(x, s, format, it, 0, 0) < 0) return x->status;
  if (arrow_array(x, a, r.count, is_text(d) ? 3 : 2, 0, 0) < 0) return x->status;
  if (d->enc == TIDE_FLAT && r.list == NULL) {
    a->offset = r.first;
    a->buffers[1] = tide_at(x->f, d->data);
    if (is_text(d)) a->buffers[2] = tide_at(x->f, d->heap);
  } else if (is_text(d)) {
    copy_texts(x, a, c, r);
  } else {
    copy_values(x, a, c, r);
  }
  set_validity(x, a, d, r);
  return x->status;
}

/* Codes into a dictionary: the column's, or zeros for a text that all rows share. */
static tide_status coded(exporter *x, const field *it, rows r, struct ArrowArray *a, struct ArrowSchema *s) {
  const tide_column *d = it->d;
  field entries = {.d = d->enc == TIDE_CONST ? d : tide_col(x->f, d->dict), .name = no_name};
  rows all = {NULL, 0, d->enc == TIDE_CONST ? 1u : entries.d->len};
  char format[32];
  if (schema(x, s, d->enc == TIDE_CONST ? "c" : "S", it, 0, 1) < 0) return x->status;
  if (arrow_array(x, a, r.count, 2, 0, 1) < 0) return x->status;
  /* A dictionary has no nulls, also where the column that shares its one text has. */
  format_of(d, format, sizeof format);
  if (arrow_schema(x, s->dictionary, format, no_name, 0, NULL, 0, 0, 0) < 0) return x->status;
  if (arrow_array(x, a->dictionary, all.count, is_text(d) ? 3 : 2, 0, 0) < 0) return x->status;
  a->dictionary->buffers[1] = tide_at(x->f, entries.d->data);
  if (is_text(d)) a->dictionary->buffers[2] = tide_at(x->f, entries.d->heap);
  if (d->enc == TIDE_CONST) {
    arrow_room(x, a, 1, r.count);
  } else if (r.list == NULL) {
    a->offset = r.first;
    a->buffers[1] = tide_at(x->f, d->data);
  } else {
    copy_codes(x, a, d, r);
  }
  set_validity(x, a, d, r);
  return x->status;
}

/* `metadata`: one blob for the whole frame, so a dictionary of one. */
static tide_status variant_keys(exporter *x, const tide_column *keys, uint32_t count, struct ArrowArray *a, struct ArrowSchema *s) {
  if (arrow_schema(x, s, "c", (tide_string){"metadata", 8}, 0, NULL, 0, 0, 1) < 0) return x->status;
  if (arrow_schema(x, s->dictionary, "z", no_name, 0, NULL, 0, 0, 0) < 0) return x->status;
  if (arrow_array(x, a, count, 2, 0, 1) < 0) return x->status;
  if (arrow_array(x, a->dictionary, 1, 3, 0, 0) < 0) return x->status;
  a->dictionary->buffers[1] = tide_at(x->f, keys->data);
  a->dictionary->buffers[2] = tide_at(x->f, keys->heap);
  arrow_room(x, a, 1, count);
  return x->status;
}

static tide_status variant(exporter *x, field *it, int32_t c, rows r, struct ArrowArray *a, struct ArrowSchema *s) {
  const tide_column *d = it->d;
  struct ArrowArray *value;
  int direct = is_direct(d, r);
  /* A struct's offset counts for its children too. */
  uint32_t count = direct ? r.first + r.count : r.count;
  it->metadata[it->pairs++] = (pair){"ARROW:extension:name", "arrow.parquet.variant"};
  it->metadata[it->pairs++] = (pair){"ARROW:extension:metadata", ""};
  if (schema(x, s, "+s", it, 2, 0) < 0 || arrow_array(x, a, r.count, 1, 2, 0) < 0) return x->status;
  a->offset = direct ? r.first : 0;
  set_validity(x, a, d, r);
  if (variant_keys(x, tide_col(x->f, d->dict), count, a->children[0], s->children[0]) < 0) return x->status;
  value = a->children[1];
  if (arrow_schema(x, s->children[1], "z", (tide_string){"value", 5}, 0, NULL, 0, 0, 0) < 0) return x->status;
  if (arrow_array(x, value, count, 3, 0, 0) < 0) return x->status;
  if (direct) {
    value->buffers[1] = tide_at(x->f, d->data);
    value->buffers[2] = tide_at(x->f, d->heap);
  } else {
    copy_texts(x, value, c, r);
  }
  return x->status;
}

static tide_status list(exporter *x, const field *it, int32_t c, rows r, struct ArrowArray *a, struct ArrowSchema *s) {
  const tide_column *d = it->d;
  int32_t child = tide_child(x->f, c, 0);
  tide_string name = tide_name(x->f, child);
  rows inner = {NULL, 0, tide_col(x->f, child)->len};
  uint32_t *chosen = NULL;
  if (name.length == 0) name = (tide_string){"item", 4};
  if (schema(x, s, "+l", it, 1, 0) < 0 || arrow_array(x, a, r.count, 2, 1, 0) < 0) return x->status;
  a->offset = is_direct(d, r) ? r.first : 0;
  set_validity(x, a, d, r);
  if (is_direct(d, r)) {
    a->buffers[1] = tide_at(x->f, d->data);
  } else {
    chosen = copy_lists(x, a, c, r, &inner.count);
    inner.list = chosen;
  }
  if (x->status >= 0) column(x, child, inner, name, a->children[0], s->children[0]);
  free(chosen);
  return x->status;
}

static tide_status structure(exporter *x, const field *it, int32_t c, rows r, struct ArrowArray *a, struct ArrowSchema *s) {
  const tide_column *d = it->d;
  uint32_t count = tide_children(x->f, c);
  uint32_t *zeros = NULL;
  rows inner = r;
  if (schema(x, s, "+s", it, count, 0) < 0 || arrow_array(x, a, r.count, 1, count, 0) < 0) return x->status;
  a->offset = is_direct(d, r) ? r.first : 0;
  set_validity(x, a, d, r);
  if (is_direct(d, r)) {
    inner = (rows){NULL, 0, r.first + r.count};
  } else if (d->enc == TIDE_CONST) {
    zeros = copy_zeros(x, r.count);
    inner = (rows){zeros, 0, r.count};
  }
  for (uint32_t k = 0; k < count && x->status >= 0; k++) {
    int32_t child = tide_child(x->f, c, k);
    column(x, child, inner, tide_name(x->f, child), a->children[k], s->children[k]);
  }
  free(zeros);
  return x->status;
}

static tide_status column(exporter *x, int32_t c, rows r, tide_string name, struct ArrowArray *a, struct ArrowSchema *s) {
  field it = field_of(x, c, name);
  switch (it.d->type) {
  case TIDE_LIST: return list(x, &it, c, r, a, s);
  case TIDE_STRUCT: return structure(x, &it, c, r, a, s);
  case TIDE_VARIANT: return variant(x, &it, c, r, a, s);
  default: break;
  }
  if (!is_plain(x) && (it.d->enc == TIDE_DICT16 || (it.d->enc == TIDE_CONST && is_text(it.d)))) return coded(x, &it, r, a, s);
  return values(x, &it, c, r, a, s);
}

/* The rows to visit, as one run where they are one. A list that is made is the caller's. */
static tide_status visited(exporter *x, const tide_batch *batch, rows *r, uint32_t **made) {
  const uint16_t *selection = batch->selection;
  *r = (rows){NULL, 0, batch->count};
  if (selection == NULL || batch->count == 0) return TIDE_OK;
  r->first = selection[0];
  /* Strictly ascending: as many as there is room for between the first and the last. */
  if ((uint32_t)selection[batch->count - 1] - selection[0] == batch->count - 1) return TIDE_OK;
  *made = malloc(batch->count * sizeof **made);
  if (*made == NULL) return arrow_fail(x, TIDE_E_RETRY, "out of memory for the rows of an Arrow array");
  for (uint32_t k = 0; k < batch->count; k++) (*made)[k] = selection[k];
  *r = (rows){*made, 0, batch->count};
  return TIDE_OK;
}

static tide_status export_all(exporter *x, const tide_batch *batch, struct ArrowArray *array, struct ArrowSchema *top) {
  const tide_frame *f = x->f;
  uint32_t *made = NULL;
  char id[17];
  pair metadata = {"tidemill.schema_id", id};
  rows r;
  snprintf(id, sizeof id, "%016" PRIx64, f->schema_id);
  if (arrow_schema(x, top, "+s", no_name, 0, &metadata, 1, f->top, 0) < 0) return x->status;
  if (arrow_array(x, array, batch->count, 1, f->top, 0) < 0) return x->status;
  visited(x, batch, &r, &made);
  for (int32_t c = 0; c < f->top && x->status >= 0; c++)
    column(x, c, r, tide_name(f, c), array->children[c], top->children[c]);
  free(made);
  return x->status;
}

tide_status tide_arrow_export(const tide_batch *batch, uint32_t flags, tide_arrow_owner owner, struct ArrowArray *array,
                              struct ArrowSchema *schema, const char **why) {
  exporter x = {.f = batch->frame, .flags = flags};
  memset(array, 0, sizeof *array);
  memset(schema, 0, sizeof *schema);
  *why = NULL;
  if (flags & ~TIDE_ARROW_PLAIN) {
    arrow_fail(&x, TIDE_E_UNSUPPORTED, "a flag of export_batch is unknown");
  } else if ((x.frame = calloc(1, sizeof *x.frame)) == NULL) {
    arrow_fail(&x, TIDE_E_RETRY, "out of memory for an Arrow array");
  } else {
    x.frame->refs = 1;
    export_all(&x, batch, array, schema);
    if (x.status < 0 && array->release) array->release(array);
    if (x.status < 0 && schema->release) schema->release(schema);
    if (x.status >= 0) x.frame->owner = owner;
    shared_drop(x.frame);
  }
  *why = x.why;
  return x.status;
}
