/* The calls, and what comes back. */
#include "function.h"

#include "tide_utf8.h"

uint32_t tide_fn_addresses_(const tide_fn *fn, void **at, size_t *advance) {
  uint32_t count = 0;
  for (uint32_t k = 0; k < fn->parameters; k++) {
    uint32_t type = fn->signature.types[k];
    uint8_t *value = (uint8_t *)(uintptr_t)fn->values[k];
    size_t step = fn->step[k] * tide_fn_width_(type);
    at[count] = value; /* of a text its address, which comes first */
    advance[count++] = step;
    if (type != TIDE_FN_STR) continue;
    at[count] = value + offsetof(tide_string, length);
    advance[count++] = step;
  }
  return count;
}

static void run_rows(tide_fn *fn, uint8_t *out, uint32_t n) {
  void *at[2 * TIDE_FN_MOST];
  size_t advance[2 * TIDE_FN_MOST];
  uint32_t count = tide_fn_addresses_(fn, at, advance), width = tide_fn_width_(fn->signature.result);
  union {
    ffi_arg word; /* libffi widens what is narrower */
    double number;
    float single;
    uint64_t wide;
  } result;
  for (uint32_t row = 0; row < n; row++) {
    tide_fn_call_(fn, &result, at);
    memcpy(out + (size_t)width * row, &result, width);
    for (uint32_t k = 0; k < count; k++) at[k] = (uint8_t *)at[k] + advance[k];
  }
}

static void run_batch(tide_fn *fn, void *out, uint64_t n) {
  void *at[2 * TIDE_FN_MOST + 2];
  uint32_t count = 0, k;
  for (k = 0; k < fn->signature.columns; k++) at[count++] = (void *)(uintptr_t)(fn->values + k);
  at[count++] = &out;
  at[count++] = &n;
  for (; k < fn->parameters; k++) {
    at[count++] = fn->constants + k;
    if (fn->signature.types[k] == TIDE_FN_STR) at[count++] = &fn->constants[k].text.length;
  }
  tide_fn_call_(fn, NULL, at);
}

static void run(tide_fn *fn, uint8_t *out) {
  if (fn->rows.called == 0) return;
  if (fn->signature.batch)
    run_batch(fn, out, fn->rows.called);
  else if (fn->thunk)
    fn->thunk(fn->symbol, fn->values, fn->step, out, fn->rows.called);
  else
    run_rows(fn, out, fn->rows.called);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------------- */

static void store(uint32_t type, const uint8_t *results, uint32_t j, uint8_t *to) {
  int64_t integer;
  double number;
  float single;
  switch (type) {
  case TIDE_FN_I32:
    integer = tide_load_i32_(results + 4 * (size_t)j);
    memcpy(to, &integer, 8);
    break;
  case TIDE_FN_F32:
    memcpy(&single, results + 4 * (size_t)j, 4);
    number = single;
    memcpy(to, &number, 8);
    break;
  default: memcpy(to, results + 8 * (size_t)j, 8); break;
  }
}

void tide_fn_numbers(tide_fn *fn, uint8_t *data, uint8_t *valid) {
  uint32_t type = fn->signature.result, kept = fn->rows.kept, called = fn->rows.called, j, place;
  if (called == kept && tide_fn_width_(type) == 8) {
    run(fn, data);
    return;
  }
  run(fn, fn->results);
  if (called == kept) {
    for (j = 0; j < called; j++) store(type, fn->results, j, data + 8 * (size_t)j);
    return;
  }
  memset(data, 0, 8 * (size_t)kept);
  memset(valid, 0, (kept + 7u) / 8u);
  for (j = 0; j < called; j++) {
    place = fn->call[j];
    store(type, fn->results, j, data + 8 * (size_t)place);
    valid[place >> 3] |= (uint8_t)(1u << (place & 7u));
  }
}

/* ---- texts ------------------------------------------------------------------------------------------------------------- */

/* Texts of one frame together: their offsets have 31 bits. */

/* Room for `more` bytes behind `used`. */
static int make_room(tide_fn *fn, uint64_t used, uint64_t more) {
  uint64_t capacity = fn->heap_capacity ? fn->heap_capacity : 4096u;
  uint8_t *room;
  if (used + more <= fn->heap_capacity) return 1;
  while (capacity < used + more) capacity *= 2u;
  room = (uint8_t *)realloc(fn->heap, capacity);
  if (room == NULL) return 0;
  fn->heap = room;
  fn->heap_capacity = capacity;
  return 1;
}

/* One call. Gives 0 and the text's length, or why the row is rejected, or -1 when memory ran out. */
static int call_text(tide_fn *fn, void **at, uint32_t count, uint64_t used, uint64_t *length) {
  void *into;
  uint64_t room;
  for (int again = 0; again < 2; again++) {
    into = fn->heap + used;
    room = fn->heap_capacity - used;
    at[count] = &into;
    at[count + 1] = &room;
    tide_fn_call_(fn, length, at);
    if (*length == TIDE_FN_NO_TEXT) return 0;
    if (*length > TIDE_FN_LONGEST) return TIDE_FN_TOO_LONG;
    if (*length <= room)
      return tide_utf8_prefix(into, *length, NULL) == *length ? 0 : TIDE_FN_NOT_UTF8;
    if (!make_room(fn, used, *length)) return -1;
  }
  return TIDE_FN_GREEDY;
}

int64_t tide_fn_texts(tide_fn *fn, uint32_t *nulls) {
  void *at[2 * TIDE_FN_MOST + 2];
  size_t advance[2 * TIDE_FN_MOST];
  uint32_t count = tide_fn_addresses_(fn, at, advance), kept = 0, j = 0;
  int some = fn->rows.called < fn->rows.kept;
  uint64_t used = 0, length = 0;
  *nulls = 0;
  if (!make_room(fn, 0, 1)) return -1;
  for (uint32_t place = 0; place < fn->rows.kept; place++) {
    uint16_t row = (uint16_t)tide_row(fn->rows.keep, place);
    int why = 0;
    length = TIDE_FN_NO_TEXT;
    if (used > TIDE_FN_MOST_TEXT) return -2;
    if (!some || (j < fn->rows.called && fn->call[j] == place)) {
      why = call_text(fn, at, count, used, &length);
      if (why < 0) return -1;
      for (uint32_t k = 0; k < count; k++) at[k] = (uint8_t *)at[k] + advance[k];
      j++;
    }
    if (why) {
      fn->rejects[fn->rows.rejected++] = (tide_fn_reject){.row = row, .code = (uint8_t)why};
      continue;
    }
    fn->keep[kept] = row;
    *nulls += length == TIDE_FN_NO_TEXT;
    fn->pieces[kept++] = (tide_fn_piece){(uint32_t)used, length == TIDE_FN_NO_TEXT ? UINT32_MAX : (uint32_t)length};
    if (length != TIDE_FN_NO_TEXT) used += length;
  }
  fn->rows.keep = fn->rows.keep == NULL && kept == fn->rows.kept ? NULL : fn->keep;
  fn->rows.kept = kept;
  return (int64_t)used;
}

void tide_fn_write_texts(const tide_fn *fn, uint8_t *offsets, uint8_t *heap, uint8_t *valid) {
  uint32_t end = 0;
  if (valid) memset(valid, 0, (fn->rows.kept + 7u) / 8u);
  memcpy(offsets, &end, 4);
  for (uint32_t k = 0; k < fn->rows.kept; k++) {
    tide_fn_piece piece = fn->pieces[k];
    if (piece.length != UINT32_MAX) {
      end += piece.length;
      if (valid) valid[k >> 3] |= (uint8_t)(1u << (k & 7u));
    }
    memcpy(offsets + 4 * (size_t)(k + 1), &end, 4);
  }
  if (end) memcpy(heap, fn->heap, end);
}
