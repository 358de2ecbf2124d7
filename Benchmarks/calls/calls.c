/* What the host does around a call, with components that do nothing else: `frames` makes one frame, `repeat` forwards it so many
 * times, `pass` forwards what it is given, `discard` takes it. scripts/bench runs pipelines of them that differ in the number of
 * nodes alone; the difference in CPU time is theirs.
 */
#include <stdlib.h>
#include <tidemill/build.h>

#define JSON(...) #__VA_ARGS__
TIDE_MANIFEST(JSON({
  "abi": 0, "name": "calls", "version": "1.0.0", "license": "MIT", "doc": "Components that do nothing but be called.",
  "components": [
    { "id": "frames", "kind": "source", "concurrency": "single", "doc": "Emit one frame and end.",
      "options": [
        { "name": "rows", "type": "integer", "default": 1024, "minimum": 1, "maximum": 65536, "doc": "Rows of the frame." }
      ],
      "outputs": { "fields": [
        { "name": "n", "type": "int", "doc": "The row's number." },
        { "name": "x", "type": "double", "doc": "A number from 0 to 1023, in no order." }
      ] },
      "example": "name: one\nsources:\n  frames: { use: frames }\nsinks:\n  nothing: { use: discard, from: frames }\n" },
    { "id": "repeat", "kind": "operator", "concurrency": "stateless", "doc": "Forward each batch so many times.",
      "options": [
        { "name": "times", "type": "integer", "default": 1000, "minimum": 1, "doc": "How often." }
      ],
      "outputs": { "same": true },
      "example": "name: often\nsources:\n  frames: { use: frames }\noperators:\n  often: { use: repeat, from: frames }\nsinks:\n  nothing: { use: discard, from: often }\n" },
    { "id": "pass", "kind": "operator", "concurrency": "stateless", "doc": "Forward each batch.",
      "outputs": { "same": true },
      "example": "name: passing\nsources:\n  frames: { use: frames }\noperators:\n  on: { use: pass, from: frames }\nsinks:\n  nothing: { use: discard, from: on }\n" },
    { "id": "discard", "kind": "sink", "concurrency": "stateless", "doc": "Take each batch and do nothing with it.",
      "example": "name: nothing\nsources:\n  frames: { use: frames }\nsinks:\n  nothing: { use: discard, from: frames }\n" }
  ]
}));

struct tide_instance {
  const tide_host *host;
  int64_t number; /* rows, or times */
};

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = calloc(1, sizeof *me);
  if (me == NULL) return TIDE_E_FATAL;
  me->host = host;
  if (component->user) host->config_int(host->context, (const char *)component->user, &me->number);
  *out = me;
  return TIDE_OK;
}

static void destroy(tide_instance *me) { free(me); }

static tide_status poll_frames(tide_instance *me, int64_t deadline, tide_output *out) {
  tide_builder rows;
  tide_status status;
  int64_t row;
  int32_t n, x;
  (void)deadline;
  tide_b_init(&rows);
  n = tide_b_col(&rows, "n", TIDE_I64, TIDE_NO_ROLE);
  x = tide_b_col(&rows, "x", TIDE_F64, TIDE_NO_ROLE);
  for (row = 0; row < me->number; row++) {
    tide_put_i64(&rows, n, row);
    tide_put_f64(&rows, x, (double)(row * 7919 % 1024));
    tide_end_row(&rows);
  }
  status = tide_finish(&rows, me->host, out, 0);
  tide_b_free(&rows);
  return status < 0 ? status : TIDE_END;
}

static tide_status process_repeat(tide_instance *me, const tide_batch *in, tide_output *out) {
  tide_status status = TIDE_OK;
  int64_t time;
  for (time = 0; time < me->number && status >= 0; time++) status = me->host->forward(out, 0, in, NULL, 0);
  return status;
}

static tide_status process_pass(tide_instance *me, const tide_batch *in, tide_output *out) {
  return me->host->forward(out, 0, in, NULL, 0);
}

static tide_status process_discard(tide_instance *me, const tide_batch *in, tide_output *out) {
  (void)me;
  (void)in;
  (void)out;
  return TIDE_OK;
}

static const tide_component frames = {.size = sizeof(tide_component),
                                      .id = "frames",
                                      .create = create,
                                      .destroy = destroy,
                                      .poll = poll_frames,
                                      .user = "rows"};
static const tide_component repeat = {.size = sizeof(tide_component),
                                      .id = "repeat",
                                      .create = create,
                                      .destroy = destroy,
                                      .process = process_repeat,
                                      .user = "times"};
static const tide_component pass = {
    .size = sizeof(tide_component), .id = "pass", .create = create, .destroy = destroy, .process = process_pass};
static const tide_component discard = {
    .size = sizeof(tide_component), .id = "discard", .create = create, .destroy = destroy, .process = process_discard};

TIDE_PLUGIN(&frames, &repeat, &pass, &discard);
