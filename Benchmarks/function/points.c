/* What calls of C functions cost. As a plugin: the source `points`, one frame of points. As a library: functions of two doubles that do
 * next to nothing, for rows and for columns. scripts/bench runs pipelines that differ in the function alone.
 */
#include <stdlib.h>
#include <tidemill/build.h>

#define JSON(...) #__VA_ARGS__
TIDE_MANIFEST(JSON({
  "abi": 0, "name": "points", "version": "1.0.0", "license": "MIT", "doc": "One frame of points.",
  "components": [
    { "id": "points", "kind": "source", "concurrency": "single", "doc": "Emit 1024 points and end.",
      "outputs": { "fields": [ { "name": "x", "type": "double" }, { "name": "y", "type": "double" } ] },
      "example": "name: one\nsources:\n  points: { use: points }\nsinks:\n  nothing: { use: discard, from: points }\n" }
  ]
}));

struct tide_instance {
  const tide_host *host;
};

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = calloc(1, sizeof *me);
  (void)component;
  if (me == NULL) return TIDE_E_FATAL;
  me->host = host;
  *out = me;
  return TIDE_OK;
}

static void destroy(tide_instance *me) { free(me); }

static tide_status poll(tide_instance *me, int64_t deadline, tide_output *out) {
  tide_builder rows;
  tide_status status;
  int32_t x, y, row;
  (void)deadline;
  tide_b_init(&rows);
  x = tide_b_col(&rows, "x", TIDE_F64, TIDE_NO_ROLE);
  y = tide_b_col(&rows, "y", TIDE_F64, TIDE_NO_ROLE);
  for (row = 0; row < 1024; row++) {
    tide_put_f64(&rows, x, row);
    tide_put_f64(&rows, y, row * 0.25);
    tide_end_row(&rows);
  }
  status = tide_finish(&rows, me->host, out, 0);
  tide_b_free(&rows);
  return status < 0 ? status : TIDE_END;
}

static const tide_component points = {
    .size = sizeof(tide_component), .id = "points", .create = create, .destroy = destroy, .poll = poll};

TIDE_PLUGIN(&points);

/* ---- functions --------------------------------------------------------------------------------------------------------- */

TIDE_EXPORT double blend(double x, double y) { return x * 0.5 + y; }

/* The same with a parameter that no compiled call has: it goes through libffi. */
TIDE_EXPORT double blend_odd(double x, double y, float unused) {
  (void)unused;
  return x * 0.5 + y;
}

TIDE_EXPORT void blend_all(const double *x, const double *y, double *out, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) out[i] = x[i] * 0.5 + y[i];
}

/* What a batch costs around the call. */
TIDE_EXPORT void blend_none(const double *x, const double *y, double *out, uint64_t n) {
  (void)x;
  (void)y;
  (void)out;
  (void)n;
}
