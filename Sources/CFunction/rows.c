/* Which rows of a batch are kept, called for, rejected; and their arguments side by side. */
#include "function.h"

static int grow(void **memory, size_t bytes) {
  void *room = realloc(*memory, bytes);
  if (room == NULL) return 0;
  *memory = room;
  return 1;
}

#define GROW(memory, count) grow((void **)(void *)&(memory), (size_t)(count) * sizeof *(memory))

static int reserve(tide_fn *fn, uint32_t rows) {
  uint32_t capacity = fn->capacity ? fn->capacity : 1024u, k;
  if (rows <= fn->capacity) return 1;
  while (capacity < rows) capacity *= 2u;
  for (k = 0; k < fn->signature.columns; k++)
    if (!GROW(fn->buffers[k], (size_t)capacity * (fn->signature.types[k] == TIDE_FN_STR ? sizeof(tide_string) : 8u))) return 0;
  if (!GROW(fn->state, capacity) || !GROW(fn->keep, capacity) || !GROW(fn->call, capacity) || !GROW(fn->from, capacity) ||
      !GROW(fn->rejects, capacity) || !GROW(fn->results, 8u * (size_t)capacity))
    return 0;
  if (fn->signature.result == TIDE_FN_STR && !GROW(fn->pieces, capacity)) return 0;
  fn->capacity = capacity;
  return 1;
}

/* Sorts the rows by their state. */
static void sort(tide_fn *fn, const uint16_t *selection, uint32_t count, int rejects_nulls) {
  tide_fn_rows *rows = &fn->rows;
  for (uint32_t k = 0; k < count; k++) {
    uint16_t row = (uint16_t)tide_row(selection, k);
    uint8_t state = fn->state[k];
    if (state == TIDE_FN_ABSENT && rejects_nulls) state = TIDE_FN_NULL;
    if (state > TIDE_FN_ABSENT) {
      fn->rejects[rows->rejected++] = (tide_fn_reject){.row = row, .code = state};
      continue;
    }
    if (state == 0) {
      fn->call[rows->called] = (uint16_t)rows->kept;
      fn->from[rows->called++] = (uint16_t)k;
    }
    fn->keep[rows->kept++] = row;
  }
  rows->keep = fn->keep;
}

#define MOVE(T)                                                                                                            \
  do {                                                                                                                     \
    const T *from = (const T *)fn->values[k];                                                                              \
    T *to = (T *)(void *)fn->buffers[k];                                                                                   \
    for (j = 0; j < fn->rows.called; j++) to[j] = from[fn->from[j]];                                                       \
  } while (0)

/* Moves the arguments of the rows that are called together. */
static void close_up(tide_fn *fn) {
  uint32_t j, k;
  for (k = 0; k < fn->signature.columns; k++) {
    switch (tide_fn_width_(fn->signature.types[k])) {
    case 4: MOVE(uint32_t); break;
    case 8: MOVE(uint64_t); break;
    default: MOVE(tide_string); break;
    }
    fn->values[k] = fn->buffers[k];
  }
}

const tide_fn_rows *tide_fn_read(tide_fn *fn, const tide_frame *frame, const int32_t *columns, const uint16_t *selection,
                                 uint32_t count, int rejects_nulls) {
  int marked = 0;
  if (!reserve(fn, count)) return NULL;
  fn->rows = (tide_fn_rows){.rejects = fn->rejects};
  memset(fn->state, 0, count);
  for (uint32_t k = 0; k < fn->signature.columns; k++)
    marked |= tide_fn_gather_(fn, k, frame, columns[k], selection, count);
  if (marked) {
    sort(fn, selection, count, rejects_nulls);
    close_up(fn);
  } else {
    fn->rows.kept = fn->rows.called = count;
    fn->rows.keep = selection;
  }
  return &fn->rows;
}
