#include "function.h"

static ffi_type *type_of(uint32_t type) {
  switch (type) {
  case TIDE_FN_I32: return &ffi_type_sint32;
  case TIDE_FN_I64: return &ffi_type_sint64;
  case TIDE_FN_U64: return &ffi_type_uint64;
  case TIDE_FN_F32: return &ffi_type_float;
  case TIDE_FN_F64: return &ffi_type_double;
  default: return &ffi_type_pointer;
  }
}

/* Adds the types that one parameter takes. */
static uint32_t add(tide_fn *fn, uint32_t count, uint32_t type) {
  fn->types[count++] = type_of(type);
  if (type == TIDE_FN_STR) fn->types[count++] = &ffi_type_uint64;
  return count;
}

/* Describes the function to libffi. */
static int describe(tide_fn *fn) {
  const tide_fn_signature *s = &fn->signature;
  ffi_type *result = s->batch ? &ffi_type_void : s->result == TIDE_FN_STR ? &ffi_type_uint64 : type_of(s->result);
  uint32_t count = 0, k;
  for (k = 0; k < fn->parameters; k++) {
    if (s->batch && k == s->columns) break;
    if (s->batch)
      fn->types[count++] = &ffi_type_pointer;
    else
      count = add(fn, count, s->types[k]);
  }
  if (s->batch) {
    fn->types[count++] = &ffi_type_pointer;
    fn->types[count++] = &ffi_type_uint64;
    for (; k < fn->parameters; k++) count = add(fn, count, s->types[k]);
  } else if (s->result == TIDE_FN_STR) {
    fn->types[count++] = &ffi_type_pointer;
    fn->types[count++] = &ffi_type_uint64;
  }
  return ffi_prep_cif(&fn->cif, FFI_DEFAULT_ABI, count, result, fn->types) == FFI_OK;
}

static tide_fn_value constant(uint32_t type, const tide_fn_constant *written) {
  tide_fn_value value;
  memset(&value, 0, sizeof value);
  switch (type) {
  case TIDE_FN_I32: value.i32 = (int32_t)written->integer; break;
  case TIDE_FN_I64: value.i64 = written->integer; break;
  case TIDE_FN_U64: value.u64 = written->natural; break;
  case TIDE_FN_F32: value.f32 = (float)written->number; break;
  case TIDE_FN_F64: value.f64 = written->number; break;
  default: value.text = written->text; break;
  }
  return value;
}

tide_fn *tide_fn_new(const tide_fn_signature *signature, const tide_fn_constant *constants) {
  uint32_t parameters = (uint32_t)signature->columns + signature->constants, k;
  tide_fn *fn = parameters <= TIDE_FN_MOST ? (tide_fn *)calloc(1, sizeof *fn) : NULL;
  if (fn == NULL) return NULL;
  fn->signature = *signature;
  fn->parameters = parameters;
  fn->thunk = tide_fn_thunk_of_(signature);
  for (k = 0; k < parameters; k++) {
    fn->step[k] = k < signature->columns;
    if (k < signature->columns) continue;
    fn->constants[k] = constant(signature->types[k], constants + (k - signature->columns));
    fn->values[k] = fn->constants + k;
  }
  if (describe(fn)) return fn;
  free(fn);
  return NULL;
}

void tide_fn_free(tide_fn *fn) {
  uint32_t k;
  if (fn == NULL) return;
  for (k = 0; k < fn->parameters; k++) free(fn->buffers[k]);
  free(fn->state);
  free(fn->keep);
  free(fn->call);
  free(fn->from);
  free(fn->rejects);
  free(fn->results);
  free(fn->pieces);
  free(fn->heap);
  free(fn);
}

void tide_fn_bind(tide_fn *fn, void *symbol) { memcpy(&fn->symbol, &symbol, sizeof symbol); }

const char *tide_fn_way(const tide_fn *fn) { return fn->signature.batch ? "batch" : fn->thunk ? "typed" : "libffi"; }
