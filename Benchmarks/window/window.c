/* Windows over events in memory: the operator, through its table, beside a loop written for the job (loop.h). They take turns.
 *   clang -O2 -Iinclude -D_DEFAULT_SOURCE -o window Benchmarks/window/window.c -ldl -lm
 *   window LIBRARY ROUNDS
 * Prints for each case its name, the CPU nanoseconds of an event (of a result, where that is in the name), those of what it takes
 * turns with (the loop; of a slide, windows of the same size without one; 0 = nothing), and the ratio of both: medians. Then for
 * numbers of keys what each of them takes in memory: in its first window, and in each window more.
 */
#include <dlfcn.h>
#include <malloc.h>

#include "../timing.h"
#include "host.h"
#include "loop.h"

typedef const tide_plugin *(*entry)(uint32_t);

typedef struct {
  const char *name;
  uint32_t keys;
  int64_t step;
  int64_t size, every; /* ns; equal = tumbling */
  enum { ALONE, LOOP, WHOLE } beside; /* what it takes turns with: nothing, the loop, tumbling windows of its size */
  enum { ROWS, ALL, RESULTS } counts; /* whose time is taken: events alone, all, or results alone, for each of them */
} trial;

/* Bytes that were allocated and not given back. */
static double allocated(void) {
  struct mallinfo2 info = mallinfo2();
  return (double)info.uordblks + (double)info.hblkhd;
}

typedef struct {
  tide_frame **frames;
  int64_t *watermarks; /* behind each frame */
  uint64_t count;
} input;

/* Frames as a source would make them: short texts that repeat are coded. */
static input make_frames(const events *e) {
  input made = {calloc(e->count / FRAME_ROWS, sizeof(tide_frame *)), calloc(e->count / FRAME_ROWS, 8), 0};
  int64_t greatest = INT64_MIN;
  tide_builder b;
  tide_b_init(&b);
  b.max_bytes = 1u << 20;
  tide_b_col(&b, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  tide_b_col(&b, "source", TIDE_UTF8, TIDE_ROLE_KEY);
  tide_b_col(&b, "value", TIDE_F64, TIDE_NO_ROLE);
  for (uint64_t i = 0; i < e->count; i++) {
    tide_put_time(&b, 0, e->times[i]);
    tide_put_str_n(&b, 1, e->heap + e->starts[i], e->starts[i + 1] - e->starts[i]);
    tide_put_f64(&b, 2, e->values[i]);
    if (e->times[i] > greatest) greatest = e->times[i];
    if (tide_end_row(&b) == TIDE_OK) continue;
    uint64_t bytes = tide_b_size(&b);
    void *frame = aligned_alloc(64, bytes);
    if (tide_b_write(&b, frame, bytes) == 0) exit(1);
    tide_b_reset(&b);
    ((tide_frame *)frame)->schema_id = 1;
    made.frames[made.count] = frame;
    made.watermarks[made.count++] = greatest - DELAY_NS;
  }
  tide_b_free(&b);
  return made;
}

static void free_frames(input *made) {
  for (uint64_t k = 0; k < made->count; k++) free(made->frames[k]);
  free(made->frames);
  free(made->watermarks);
}

/* What a source's partition does for each event. */
static int64_t watermark_over(const tide_frame *frame, int64_t greatest) {
  const int64_t *times = tide_time_vec(frame, 0);
  for (uint32_t row = 0; row < frame->rows; row++)
    if (times[row] > greatest) greatest = times[row];
  return greatest;
}

static void fire(
    const tide_component *component, tide_instance *me, int64_t watermark, tide_output *out, const trial *t, double *used) {
  double start = t->counts == RESULTS ? thread_seconds() : 0;
  while (component->on_watermark(me, TIDE_PORT_ALL, watermark, out) == TIDE_MORE) {}
  if (t->counts == RESULTS) *used += thread_seconds() - start;
}

/* `held`: bytes that the operator takes before its windows close; NULL when nobody asks. */
static double run_window(const tide_component *component, const trial *t, const input *in, host *h, double *held) {
  double before = held ? allocated() : 0;
  const option tumbling[] = {
      {"", "{\"aggregate\":{\"count\":0,\"sum\":0,\"avg\":0,\"min\":0,\"max\":0}}", 0},
      {t->size == t->every ? "tumbling" : "none", NULL, t->size},
      {t->size == t->every ? "none" : "sliding", NULL, 2},
      {"sliding.size", NULL, t->size},
      {"sliding.every", NULL, t->every},
      {"key", NULL, 1},
      {"key[0]", "source", 0},
      {"aggregate", NULL, 5},
      {"aggregate.count", "count()", 0},
      {"aggregate.sum", "sum(value)", 0},
      {"aggregate.avg", "avg(value)", 0},
      {"aggregate.min", "min(value)", 0},
      {"aggregate.max", "max(value)", 0},
      {"offset", NULL, 0},
      {"allowed_lateness", NULL, 0},
      {"late", "correct", 0},
      {"time", "event", 0},
      {NULL, NULL, 0},
  };
  tide_instance *me;
  host_init(h, tumbling);
  if (component->create(component, &h->table, &me) < 0 || component->open(me) < 0) exit(1);
  tide_output *out = (tide_output *)(void *)h;
  int64_t greatest = INT64_MIN;
  double used = 0, fired = 0, start = thread_seconds();
  for (uint64_t k = 0; k < in->count; k++) {
    tide_batch batch = {sizeof batch, 0, in->frames[k], NULL, in->frames[k]->rows, 0};
    greatest = watermark_over(in->frames[k], greatest);
    if (component->process(me, &batch, out) != TIDE_OK) exit(1);
    if (held) continue;
    if (t->counts == ROWS) used += thread_seconds();
    fire(component, me, greatest - DELAY_NS, out, t, &fired);
    if (t->counts == ROWS) used -= thread_seconds();
  }
  used += thread_seconds() - start;
  if (held) *held = allocated() - before - (1u << 20); /* without the room for results */
  start = thread_seconds();
  fire(component, me, INT64_MAX, out, t, &fired);
  if (t->counts == ALL) used += thread_seconds() - start;
  if (t->counts == RESULTS) used = fired;
  component->close(me);
  component->destroy(me);
  free(h->room);
  return used;
}

static double run_loop(const trial *t, const events *e, loop *l) {
  *l = loop_new(t->keys);
  double start = thread_seconds();
  loop_rows(l, e, 0, e->count);
  loop_end(l);
  double used = thread_seconds() - start;
  loop_free(l);
  return used;
}

/* Bytes of windows in which each of the keys has one event. */
static double bytes_of(const tide_component *component, uint32_t keys, uint32_t windows) {
  const trial t = {"", keys, 0, WINDOW_NS, WINDOW_NS, ALONE, ALL};
  uint64_t each = (keys + FRAME_ROWS - 1) / FRAME_ROWS * FRAME_ROWS;
  events e = make_events(each * windows, 1, 0);
  uint32_t at = 0;
  double held;
  host h;
  for (uint64_t i = 0; i < e.count; i++) {
    e.times[i] = 1700000000000000000ll + (int64_t)(i / each) * WINDOW_NS;
    e.starts[i] = at;
    at += (uint32_t)sprintf(e.heap + at, "sensor_%07u", (unsigned)(i % each % keys));
  }
  e.starts[e.count] = at;
  input in = make_frames(&e);
  run_window(component, &t, &in, &h, &held);
  if (h.rows != (uint64_t)keys * windows) exit(1);
  free_frames(&in);
  free_events(&e);
  return held;
}

int main(int argc, char **argv) {
  const trial trials[] = {
      {"tumbling-100", 100, 1000000, WINDOW_NS, WINDOW_NS, LOOP, ALL},
      {"tumbling-100000", 100000, 5000, WINDOW_NS, WINDOW_NS, LOOP, ALL},
      {"sliding-100", 100, 20000, 6 * WINDOW_NS, WINDOW_NS * 6 / 100, WHOLE, ROWS},
      {"result-1", 100, 1000000, WINDOW_NS, WINDOW_NS, ALONE, RESULTS},
      {"result-100", 100, 20000, 6 * WINDOW_NS, WINDOW_NS * 6 / 100, ALONE, RESULTS},
  };
  void *library = argc == 3 ? dlopen(argv[1], RTLD_NOW) : NULL;
  int rounds = argc == 3 ? atoi(argv[2]) : 0;
  entry plugin;
  if (library == NULL || rounds < 1 || rounds > 99) {
    fprintf(stderr, "usage: window LIBRARY ROUNDS\n%s\n", library ? "" : dlerror());
    return 2;
  }
  *(void **)(void *)&plugin = dlsym(library, "tidemill_plugin_1");
  const tide_component *component = plugin(TIDE_ABI_MINOR)->components[0];
  for (size_t k = 0; k < sizeof trials / sizeof *trials; k++) {
    const trial *t = trials + k;
    double ours[99], theirs[99], ratios[99];
    events e = make_events(2048 * FRAME_ROWS, t->keys, t->step);
    input in = make_frames(&e);
    for (int round = 0; round < rounds; round++) {
      host h;
      loop l;
      double events_ns = (double)e.count / 1e9, used = run_window(component, t, &in, &h, NULL);
      ours[round] = t->counts == RESULTS ? used * 1e9 / (double)h.rows : used / events_ns;
      theirs[round] = 0;
      if (t->beside == LOOP) theirs[round] = run_loop(t, &e, &l) / events_ns;
      if (t->beside == WHOLE) {
        trial whole = *t;
        host other;
        whole.every = t->size;
        theirs[round] = run_window(component, &whole, &in, &other, NULL) / events_ns;
      }
      ratios[round] = t->beside == ALONE ? 0 : ours[round] / theirs[round];
      if (t->beside == LOOP && (h.rows != l.rows || fabs(h.check - l.check) > 1e-3)) {
        fprintf(stderr, "%s: %llu results of %.2f, the loop has %llu of %.2f\n", t->name, (unsigned long long)h.rows, h.check,
                (unsigned long long)l.rows, l.check);
        return 1;
      }
    }
    double mine = median(ours, (size_t)rounds), other = median(theirs, (size_t)rounds);
    printf("%s %.2f %.2f %.2f\n", t->name, mine, other, median(ratios, (size_t)rounds));
    fflush(stdout);
    free_frames(&in);
    free_events(&e);
  }
  for (uint32_t keys = 1000; keys <= 1000000; keys *= 10) {
    double one = bytes_of(component, keys, 1), five = bytes_of(component, keys, 5);
    printf("memory-%u %.1f %.1f\n", keys, one / keys, (five - one) / 4 / keys);
  }
  return 0;
}
