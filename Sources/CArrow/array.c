#define _POSIX_C_SOURCE 200112L /* posix_memalign */

#include "array.h"

#include <stdlib.h>
#include <string.h>

/* private_data of an array. Pointers to its children, these themselves and its dictionary stand behind it. */
typedef struct body {
  shared *frame;
  const void *buffers[MOST_BUFFERS];
  void *owned[MOST_BUFFERS];
} body;

static void release(struct ArrowArray *a) {
  body *b = a->private_data;
  /* A child that was moved out has its own share of the frame and goes by itself. */
  for (int64_t k = 0; k < a->n_children; k++)
    if (a->children[k]->release) a->children[k]->release(a->children[k]);
  if (a->dictionary && a->dictionary->release) a->dictionary->release(a->dictionary);
  for (uint32_t k = 0; k < MOST_BUFFERS; k++) free(b->owned[k]);
  shared_drop(b->frame);
  free(b);
  a->release = NULL;
  a->private_data = NULL;
}

void shared_drop(shared *s) {
  if (__atomic_fetch_sub(&s->refs, 1, __ATOMIC_ACQ_REL) != 1) return;
  if (s->owner.drop) s->owner.drop(s->owner.context);
  free(s);
}

tide_status arrow_fail(exporter *x, tide_status status, const char *why) {
  if (x->status >= 0) {
    x->status = status;
    x->why = why;
  }
  return x->status;
}

tide_status arrow_array(exporter *x, struct ArrowArray *a, uint64_t length, uint32_t buffers, uint32_t children, int dictionary) {
  uint64_t pointers = sizeof(body), arrays = pointers + children * sizeof(struct ArrowArray *);
  uint8_t *memory = calloc(1, arrays + (children + (dictionary ? 1u : 0u)) * sizeof(struct ArrowArray));
  body *b = (body *)(void *)memory;
  struct ArrowArray *inner = (struct ArrowArray *)(void *)(memory + arrays);
  memset(a, 0, sizeof *a);
  if (!memory) return arrow_fail(x, TIDE_E_RETRY, "out of memory for an Arrow array");
  b->frame = x->frame;
  __atomic_fetch_add(&x->frame->refs, 1, __ATOMIC_RELAXED);
  a->length = (int64_t)length;
  a->n_buffers = buffers;
  a->buffers = b->buffers;
  a->n_children = children;
  a->children = children ? (struct ArrowArray **)(void *)(memory + pointers) : NULL;
  for (uint32_t k = 0; k < children; k++) a->children[k] = inner + k;
  a->dictionary = dictionary ? inner + children : NULL;
  a->private_data = b;
  a->release = release;
  return TIDE_OK;
}

void *arrow_room(exporter *x, struct ArrowArray *a, uint32_t buffer, uint64_t bytes) {
  body *b = a->private_data;
  void *room;
  if (bytes > TIDE_ARROW_COPIED || (x->copied += bytes) > TIDE_ARROW_COPIED) {
    arrow_fail(x, TIDE_E_UNSUPPORTED, TOO_LARGE);
    return NULL;
  }
  if (posix_memalign(&room, 64, bytes ? bytes : 1)) {
    arrow_fail(x, TIDE_E_RETRY, "out of memory for the copies of an Arrow array");
    return NULL;
  }
  memset(room, 0, bytes ? bytes : 1);
  b->owned[buffer] = room;
  b->buffers[buffer] = room;
  return room;
}

/* ---- schemas ------------------------------------------------------------------------------------------------------------ */

static void release_schema(struct ArrowSchema *s) {
  for (int64_t k = 0; k < s->n_children; k++)
    if (s->children[k]->release) s->children[k]->release(s->children[k]);
  if (s->dictionary && s->dictionary->release) s->dictionary->release(s->dictionary);
  free(s->private_data);
  s->release = NULL;
  s->private_data = NULL;
}

static char *put_length(char *into, uint64_t length) {
  int32_t number = (int32_t)length;
  memcpy(into, &number, 4);
  return into + 4;
}

static char *put_text(char *into, const char *text) {
  uint64_t length = strlen(text);
  into = put_length(into, length);
  memcpy(into, text, length);
  return into + length;
}

tide_status arrow_schema(exporter *x, struct ArrowSchema *s, const char *format, tide_string name, int nullable,
                         const pair *metadata, uint32_t pairs, uint32_t children, int dictionary) {
  uint64_t schemas = children * sizeof(struct ArrowSchema *);
  uint64_t texts = schemas + (children + (dictionary ? 1u : 0u)) * sizeof(struct ArrowSchema);
  uint64_t bytes = texts + strlen(format) + 1 + name.length + 1 + 4;
  uint8_t *memory;
  struct ArrowSchema *inner;
  char *at;
  for (uint32_t k = 0; k < pairs; k++) bytes += 8 + strlen(metadata[k].key) + strlen(metadata[k].value);
  memory = calloc(1, bytes);
  memset(s, 0, sizeof *s);
  if (!memory) return arrow_fail(x, TIDE_E_RETRY, "out of memory for an Arrow schema");
  inner = (struct ArrowSchema *)(void *)(memory + schemas);
  at = (char *)memory + texts;
  s->format = strcpy(at, format);
  at += strlen(format) + 1;
  s->name = name.length ? memcpy(at, name.data, name.length) : at;
  at += name.length + 1;
  if (pairs) {
    s->metadata = at;
    at = put_length(at, pairs);
    for (uint32_t k = 0; k < pairs; k++) at = put_text(put_text(at, metadata[k].key), metadata[k].value);
  }
  s->flags = nullable ? ARROW_FLAG_NULLABLE : 0;
  s->n_children = children;
  s->children = children ? (struct ArrowSchema **)(void *)memory : NULL;
  for (uint32_t k = 0; k < children; k++) s->children[k] = inner + k;
  s->dictionary = dictionary ? inner + children : NULL;
  s->private_data = memory;
  s->release = release_schema;
  return TIDE_OK;
}
