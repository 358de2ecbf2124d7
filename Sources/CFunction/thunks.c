/* Calls that are compiled: the signatures that most functions have. A constant has step 0. */
#include "function.h"

#define THUNK(name, R, parameters, arguments, ...)                                                                         \
  static void name(tide_fn_symbol symbol, const void *const *values, const size_t *step, void *out, uint64_t n) {          \
    R(*f) parameters = (R(*) parameters)symbol;                                                                            \
    R *r = (R *)out;                                                                                                       \
    uint64_t i;                                                                                                            \
    __VA_ARGS__                                                                                                            \
    for (i = 0; i < n; i++) r[i] = f arguments;                                                                            \
  }

#define FIRST(A)                                                                                                           \
  const A *a = (const A *)values[0];                                                                                       \
  size_t sa = step[0];
#define SECOND(B)                                                                                                          \
  const B *b = (const B *)values[1];                                                                                       \
  size_t sb = step[1];
#define THIRD(C)                                                                                                           \
  const C *c = (const C *)values[2];                                                                                       \
  size_t sc = step[2];

#define ONE(name, R, A) THUNK(name, R, (A), (a[i * sa]), FIRST(A))
#define TWO(name, R, A, B) THUNK(name, R, (A, B), (a[i * sa], b[i * sb]), FIRST(A) SECOND(B))
#define THREE(name, R, A, B, C) THUNK(name, R, (A, B, C), (a[i * sa], b[i * sb], c[i * sc]), FIRST(A) SECOND(B) THIRD(C))
#define TEXT(name, R)                                                                                                      \
  THUNK(name, R, (const char *, uint64_t), (a[i * sa].data, a[i * sa].length), FIRST(tide_string))

ONE(f64_f64, double, double)
ONE(f64_i64, double, int64_t)
ONE(i64_f64, int64_t, double)
ONE(i32_f64, int32_t, double)
ONE(i64_i64, int64_t, int64_t)
ONE(u64_u64, uint64_t, uint64_t)
ONE(i32_i32, int32_t, int32_t)
ONE(f32_f32, float, float)
TWO(f64_f64_f64, double, double, double)
TWO(f64_f64_i32, double, double, int32_t)
TWO(f64_i32_f64, double, int32_t, double)
TWO(i64_i64_i64, int64_t, int64_t, int64_t)
TWO(u64_u64_u64, uint64_t, uint64_t, uint64_t)
TWO(i32_i32_i32, int32_t, int32_t, int32_t)
TWO(f32_f32_f32, float, float, float)
THREE(f64_f64_f64_f64, double, double, double, double)
THREE(i64_i64_i64_i64, int64_t, int64_t, int64_t, int64_t)
TEXT(f64_text, double)
TEXT(i64_text, int64_t)
TEXT(u64_text, uint64_t)
TEXT(i32_text, int32_t)

#define I32 TIDE_FN_I32
#define I64 TIDE_FN_I64
#define U64 TIDE_FN_U64
#define F32 TIDE_FN_F32
#define F64 TIDE_FN_F64
#define STR TIDE_FN_STR

static const struct {
  uint8_t result, count, types[3];
  tide_fn_thunk thunk;
} compiled[] = {
    {F64, 1, {F64, 0, 0}, f64_f64},          {F64, 1, {I64, 0, 0}, f64_i64},          {I64, 1, {F64, 0, 0}, i64_f64},
    {I32, 1, {F64, 0, 0}, i32_f64},          {I64, 1, {I64, 0, 0}, i64_i64},          {U64, 1, {U64, 0, 0}, u64_u64},
    {I32, 1, {I32, 0, 0}, i32_i32},          {F32, 1, {F32, 0, 0}, f32_f32},          {F64, 2, {F64, F64, 0}, f64_f64_f64},
    {F64, 2, {F64, I32, 0}, f64_f64_i32},    {F64, 2, {I32, F64, 0}, f64_i32_f64},    {I64, 2, {I64, I64, 0}, i64_i64_i64},
    {U64, 2, {U64, U64, 0}, u64_u64_u64},    {I32, 2, {I32, I32, 0}, i32_i32_i32},    {F32, 2, {F32, F32, 0}, f32_f32_f32},
    {F64, 3, {F64, F64, F64}, f64_f64_f64_f64}, {I64, 3, {I64, I64, I64}, i64_i64_i64_i64},
    {F64, 1, {STR, 0, 0}, f64_text},         {I64, 1, {STR, 0, 0}, i64_text},         {U64, 1, {STR, 0, 0}, u64_text},
    {I32, 1, {STR, 0, 0}, i32_text},
};

tide_fn_thunk tide_fn_thunk_of_(const tide_fn_signature *s) {
  uint32_t count = (uint32_t)s->columns + s->constants;
  for (size_t i = 0; i < sizeof compiled / sizeof *compiled; i++)
    if (!s->batch && compiled[i].result == s->result && compiled[i].count == count &&
        memcmp(compiled[i].types, s->types, count) == 0)
      return compiled[i].thunk;
  return NULL;
}
