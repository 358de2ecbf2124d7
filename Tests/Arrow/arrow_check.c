#define _POSIX_C_SOURCE 200112L /* posix_memalign */

#include "arrow_check.h"

#include <string.h>

#include "tidemill/nested.h"
#include "tidemill/storage.h"

uint8_t *check_memory(uint64_t length) {
  void *memory;
  KEPT(posix_memalign(&memory, 64, length ? length : 1) == 0);
  return memory;
}

static void drop(void *context) {
  kept_frame *keeper = context;
  keeper->dropped++;
  free(keeper->bytes);
  keeper->bytes = NULL;
}

tide_status check_export(const tide_frame *f, const uint16_t *selection, uint32_t count, uint32_t flags, kept_frame *keeper,
                         struct ArrowArray *array, struct ArrowSchema *schema) {
  tide_batch batch = {.size = sizeof batch, .selection = selection, .count = count};
  tide_arrow_owner owner = {keeper, drop};
  const char *why;
  tide_status status;
  keeper->bytes = check_memory(f->frame_len);
  keeper->dropped = 0;
  memcpy(keeper->bytes, f, f->frame_len);
  batch.frame = (const tide_frame *)(const void *)keeper->bytes;
  status = tide_arrow_export(&batch, flags, owner, array, schema, &why);
  KEPT((status == TIDE_OK) == (why == NULL) && keeper->dropped == 0);
  if (status != TIDE_OK) {
    KEPT(array->release == NULL && schema->release == NULL);
    drop(keeper);
  }
  return status;
}

/* ---- an Arrow reader ------------------------------------------------------------------------------------------------------ */

typedef struct view {
  const struct ArrowArray *a;
  const struct ArrowSchema *s;
} view;

static int is_there(view v, int64_t i) {
  const uint8_t *bits = v.a->n_buffers > 0 ? v.a->buffers[0] : NULL;
  i += v.a->offset;
  KEPT(i >= 0 && i < v.a->offset + v.a->length);
  return bits == NULL || (bits[i / 8] >> (i % 8) & 1);
}

static int64_t fixed_width(const char *format) {
  switch (format[0]) {
  case 'c': return 1;
  case 'S': return 2;
  case 'i':
  case 'f': return 4;
  case 'w': return strtol(format + 2, NULL, 10);
  case 'd': return 16;
  default: return 8;
  }
}

/* Bytes of value i: of text, of a number, or of a Variant's value. */
static tide_string value_at(view v, int64_t i) {
  const char *format = v.s->format;
  int64_t at = v.a->offset + i;
  tide_string found = {"", 0};
  int32_t from, to;
  if (v.s->dictionary) {
    uint16_t code = 0;
    KEPT(strcmp(format, "S") == 0 || strcmp(format, "c") == 0);
    memcpy(&code, (const uint8_t *)v.a->buffers[1] + at * fixed_width(format), (size_t)fixed_width(format));
    return value_at((view){v.a->dictionary, v.s->dictionary}, code);
  }
  KEPT(i < v.a->length && v.a->buffers[1] != NULL);
  if (format[0] == 'u' || format[0] == 'z') {
    memcpy(&from, (const uint8_t *)v.a->buffers[1] + at * 4, 4);
    memcpy(&to, (const uint8_t *)v.a->buffers[1] + at * 4 + 4, 4);
    KEPT(from >= 0 && to >= from && v.a->buffers[2] != NULL);
    found.data = (const char *)v.a->buffers[2] + from;
    found.length = (uint64_t)(to - from);
    return found;
  }
  found.data = (const char *)v.a->buffers[1] + at * fixed_width(format);
  found.length = (uint64_t)fixed_width(format);
  return found;
}

static int same(tide_string a, tide_string b) {
  return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, (size_t)a.length) == 0);
}

static const char *const formats[18] = {"",  "b",  "l", "g", "tsn:UTC", "u", "z", "+s",  "i", "S",
                                        "c", "f", "w:", "+l", "+s",  "tDn", "L", "d:"};

static void check_value(const tide_frame *f, int32_t c, uint32_t row, view v, int64_t i);

static void check_inner(const tide_frame *f, int32_t c, uint32_t row, view v, int64_t i) {
  tide_place place;
  tide_string keys;
  int32_t from, to;
  uint32_t type = tide_type(f, c);
  if (type == TIDE_LIST) {
    memcpy(&from, (const uint8_t *)v.a->buffers[1] + (v.a->offset + i) * 4, 4);
    memcpy(&to, (const uint8_t *)v.a->buffers[1] + (v.a->offset + i) * 4 + 4, 4);
    place = tide_list(f, c, row);
    KEPT(from >= 0 && (uint32_t)(to - from) == place.count && to <= v.a->children[0]->length);
    for (uint32_t k = 0; k < place.count; k++)
      check_value(f, place.column, place.row + k, (view){v.a->children[0], v.s->children[0]}, from + (int64_t)k);
    return;
  }
  i += v.a->offset;
  if (type == TIDE_VARIANT) {
    view metadata = {v.a->children[0], v.s->children[0]}, value = {v.a->children[1], v.s->children[1]};
    KEPT(same(tide_var(f, c, row, &keys), value_at(value, i)) && same(keys, value_at(metadata, i)));
    return;
  }
  KEPT(v.a->n_children == tide_children(f, c));
  for (int64_t k = 0; k < v.a->n_children; k++) {
    place = tide_field(f, c, row, (uint32_t)k);
    KEPT(v.a->children[k]->length >= v.a->offset + v.a->length);
    check_value(f, place.column, place.row, (view){v.a->children[k], v.s->children[k]}, i);
  }
}

static void check_value(const tide_frame *f, int32_t c, uint32_t row, view v, int64_t i) {
  uint32_t type = tide_type(f, c);
  uint64_t word = 0;
  tide_string bytes;
  KEPT(is_there(v, i) == tide_valid(f, c, row));
  KEPT(v.s->dictionary || strncmp(v.s->format, formats[type], strlen(formats[type])) == 0);
  if (!is_there(v, i)) return;
  if (type == TIDE_LIST || type == TIDE_STRUCT || type == TIDE_VARIANT) {
    check_inner(f, c, row, v, i);
    return;
  }
  if (type == TIDE_BOOL) {
    const uint8_t *bits = v.a->buffers[1];
    KEPT((bits[(v.a->offset + i) / 8] >> ((v.a->offset + i) % 8) & 1) == tide_bool(f, c, row));
    return;
  }
  bytes = value_at(v, i);
  if (type == TIDE_UTF8 || type == TIDE_BINARY || type == TIDE_FIXED || type == TIDE_DECIMAL128) {
    KEPT(same(bytes, tide_bytes(f, c, row)));
    return;
  }
  memcpy(&word, bytes.data, (size_t)bytes.length);
  if (type == TIDE_F64 || type == TIDE_F32) {
    double number = tide_f64(f, c, row);
    float single = (float)number;
    KEPT(memcmp(&word, type == TIDE_F64 ? (void *)&number : (void *)&single, (size_t)bytes.length) == 0 || number != number);
  } else if (type == TIDE_U64) {
    KEPT(word == tide_u64(f, c, row));
  } else {
    uint64_t number = (uint64_t)tide_i64(f, c, row);
    KEPT(memcmp(&word, &number, (size_t)bytes.length) == 0);
  }
}

static void check_nulls(const struct ArrowArray *a, const struct ArrowSchema *s) {
  int64_t nulls = 0;
  for (int64_t i = 0; i < a->length; i++) nulls += !is_there((view){a, s}, i);
  KEPT(nulls == a->null_count && (nulls == 0 || s->flags & ARROW_FLAG_NULLABLE));
  KEPT(a->n_children == s->n_children && (a->dictionary == NULL) == (s->dictionary == NULL));
  for (int64_t k = 0; k < a->n_children; k++) check_nulls(a->children[k], s->children[k]);
  if (a->dictionary) check_nulls(a->dictionary, s->dictionary);
}

void check_equal(const tide_frame *f, const uint16_t *selection, uint32_t count, const struct ArrowArray *array,
                 const struct ArrowSchema *schema) {
  KEPT(strcmp(schema->format, "+s") == 0 && array->length == count && array->offset == 0 && array->n_children == f->top);
  check_nulls(array, schema);
  for (int32_t c = 0; c < f->top; c++) {
    tide_string name = tide_name(f, c);
    const struct ArrowSchema *field = schema->children[c];
    KEPT(array->children[c]->length == count);
    KEPT(name.length ? strlen(field->name) == name.length && memcmp(field->name, name.data, (size_t)name.length) == 0
                     : tide_col(f, c)->role == TIDE_NONE_ROLE || strncmp(field->name, "tidemill.", 9) == 0);
    for (uint32_t k = 0; k < count; k++)
      check_value(f, c, tide_row(selection, k), (view){array->children[c], field}, k);
  }
}

/* ---- every way to export and to release ---------------------------------------------------------------------------------- */

static uint64_t chance(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return *state >> 33;
}

/* Releases the array and some of its children, which were moved out, in an order of chance; the frame goes with the last. */
static void release_all(struct ArrowArray *array, struct ArrowSchema *schema, kept_frame *keeper, uint64_t *state) {
  struct ArrowArray moved[8];
  struct ArrowSchema moved_schema[8];
  uint32_t count = 0, left;
  for (int64_t k = 0; k < array->n_children && count < 7; k++) {
    if (chance(state) % 2) continue;
    moved[count] = *array->children[k];
    array->children[k]->release = NULL;
    moved_schema[count] = *schema->children[k];
    schema->children[k]->release = NULL;
    count++;
    /* And of a child, its dictionary. */
    if (moved[count - 1].dictionary && chance(state) % 2 && count < 7) {
      moved[count] = *moved[count - 1].dictionary;
      moved[count - 1].dictionary->release = NULL;
      moved_schema[count] = *moved_schema[count - 1].dictionary;
      moved_schema[count - 1].dictionary->release = NULL;
      count++;
    }
  }
  moved[count] = *array;
  array->release = NULL;
  moved_schema[count] = *schema;
  schema->release = NULL;
  for (left = ++count; left > 0; left--) {
    uint32_t at = (uint32_t)(chance(state) % left);
    KEPT(keeper->dropped == 0);
    moved[at].release(&moved[at]);
    KEPT(moved[at].release == NULL);
    moved[at] = moved[left - 1];
  }
  KEPT(keeper->dropped == 1);
  for (left = count; left > 0; left--) {
    uint32_t at = (uint32_t)(chance(state) % left);
    moved_schema[at].release(&moved_schema[at]);
    KEPT(moved_schema[at].release == NULL);
    moved_schema[at] = moved_schema[left - 1];
  }
}

static void check_rows(const tide_frame *f, const uint16_t *selection, uint32_t count, uint32_t flags, uint64_t *state) {
  struct ArrowArray array;
  struct ArrowSchema schema;
  kept_frame keeper;
  if (check_export(f, selection, count, flags, &keeper, &array, &schema) != TIDE_OK) return;
  check_equal(f, selection, count, &array, &schema);
  release_all(&array, &schema, &keeper, state);
}

void check_frame(const tide_frame *f, uint64_t seed) {
  uint64_t state = seed * 2654435761u + 1;
  uint32_t rows = f->rows, first = (uint32_t)chance(&state) % rows, count = 0, every = 1u + (uint32_t)chance(&state) % 4u;
  uint16_t *selection = malloc(2u * (size_t)rows);
  KEPT(selection != NULL);
  check_rows(f, NULL, rows, 0, &state);
  check_rows(f, NULL, rows, TIDE_ARROW_PLAIN, &state);
  for (uint32_t i = first; i < rows && chance(&state) % 8; i++) selection[count++] = (uint16_t)i;
  check_rows(f, selection, count, 0, &state);
  check_rows(f, selection, count, TIDE_ARROW_PLAIN, &state);
  for (uint32_t i = count = 0; i < rows; i++)
    if (chance(&state) % every == 0) selection[count++] = (uint16_t)i;
  check_rows(f, selection, count, 0, &state);
  check_rows(f, selection, count, TIDE_ARROW_PLAIN, &state);
  free(selection);
}
