/* A host for one operator: options, expressions that name a column, and an output that counts rows. */
#ifndef TIDEMILL_BENCHMARKS_HOST_H
#define TIDEMILL_BENCHMARKS_HOST_H

#include <stdio.h>
#include <tidemill/build.h>
#include <tidemill/ext/expression.h>

typedef struct {
  const char *path, *text; /* text NULL: a number */
  int64_t number;          /* or the size of a list or map */
} option;

typedef struct {
  const option *options;
  tide_host table;
  tide_info info;
  tide_values values;
  uint8_t *room;
  uint64_t rows;
  double check; /* sum of the column `sum` */
} host;

static const option *option_at(void *context, const char *path) {
  const option *o = ((host *)context)->options;
  for (; o->path; o++)
    if (strcmp(o->path, path) == 0) return o;
  return NULL;
}
static tide_status host_int(void *context, const char *path, int64_t *out) {
  const option *o = option_at(context, path);
  if (o == NULL || o->text) return TIDE_E_CONFIG;
  *out = o->number;
  return TIDE_OK;
}
static tide_status host_double(void *context, const char *path, double *out) {
  (void)context, (void)path, (void)out;
  return TIDE_E_CONFIG;
}
static tide_status host_bool(void *context, const char *path, uint32_t *out) {
  (void)context, (void)path, (void)out;
  return TIDE_E_CONFIG;
}
static tide_status host_string(void *context, const char *path, tide_string *out) {
  const option *o = option_at(context, path);
  if (o == NULL || o->text == NULL) return TIDE_E_CONFIG;
  out->data = o->text;
  out->length = strlen(o->text);
  return TIDE_OK;
}
static tide_status host_size(void *context, const char *path, uint64_t *count) {
  const option *o = option_at(context, path);
  if (o == NULL || o->text) return TIDE_E_CONFIG;
  *count = (uint64_t)o->number;
  return TIDE_OK;
}
static void host_log(void *context, uint32_t level, tide_string text) {
  (void)context, (void)level;
  fprintf(stderr, "%.*s\n", (int)text.length, text.data);
}
static void host_fail(void *context, tide_status code, tide_string text, tide_string path) {
  (void)context;
  fprintf(stderr, "%d %.*s: %.*s\n", code, (int)path.length, path.data, (int)text.length, text.data);
}
static int64_t host_now(void *context) {
  (void)context;
  return 0;
}
static const tide_info *host_info(void *context) { return &((host *)context)->info; }
static tide_status host_port(void *context, uint32_t output, tide_string name, uint32_t *index, uint32_t *connected) {
  (void)context, (void)output;
  *index = name.length == 4;
  *connected = 1;
  return TIDE_OK;
}
static tide_status host_watermark(tide_output *out, uint32_t partition, int64_t time) {
  (void)out, (void)partition, (void)time;
  return TIDE_OK;
}
static tide_status host_reserve(tide_output *out, uint32_t port, uint64_t bytes, tide_slot *slot) {
  host *h = (host *)(void *)out;
  if (bytes > 1u << 20) return TIDE_E_FATAL;
  slot->port = port;
  slot->bytes = h->room;
  slot->capacity = 1u << 20;
  slot->handle = 1;
  return TIDE_OK;
}
static tide_status host_commit(tide_output *out, tide_slot *slot) {
  host *h = (host *)(void *)out;
  const tide_frame *frame = (const tide_frame *)(const void *)slot->bytes;
  int32_t sum = tide_find(frame, "sum");
  h->rows += frame->rows;
  for (uint32_t row = 0; row < frame->rows; row++) h->check += tide_f64(frame, sum, row);
  return TIDE_OK;
}

/* Expressions: the column `value`, or nothing else. */
static tide_status compile(void *context, tide_string text, tide_string path, uint32_t type, tide_expression **out) {
  (void)path, (void)type;
  if (text.length != 5 || memcmp(text.data, "value", 5) != 0) return TIDE_E_CONFIG;
  *out = (tide_expression *)context;
  return TIDE_OK;
}
static void release_expression(tide_expression *expression) { (void)expression; }
static tide_status values(tide_expression *expression, const tide_batch *batch, tide_values *out) {
  (void)expression;
  memset((char *)out + 4, 0, sizeof *out - 4);
  out->type = TIDE_F64;
  out->count = batch->count;
  out->data = tide_f64_vec(batch->frame, tide_find(batch->frame, "value"));
  return TIDE_OK;
}
static void left_out(tide_expression *expression, uint64_t count, tide_string why) { (void)expression, (void)count, (void)why; }
static const tide_expressions expressions = {sizeof expressions, 0, compile, release_expression, NULL, values, NULL, left_out};

static const void *host_extension(void *context, const char *id) {
  (void)context;
  return strcmp(id, TIDE_EXPRESSION) == 0 ? &expressions : NULL;
}

static inline void host_init(host *h, const option *options) {
  memset(h, 0, sizeof *h);
  h->options = options;
  h->info = (tide_info){.size = sizeof h->info, .lanes = 1, .groups = TIDE_KEY_GROUPS, .outputs = 2, .node = TIDE_TEXT("win")};
  h->room = aligned_alloc(64, 1u << 20);
  h->table = (tide_host){
      .size = sizeof h->table,
      .context = h,
      .log = host_log,
      .fail = host_fail,
      .extension = host_extension,
      .config_int = host_int,
      .config_double = host_double,
      .config_string = host_string,
      .now = host_now,
      .config_bool = host_bool,
      .config_size = host_size,
      .info = host_info,
      .port = host_port,
      .watermark = host_watermark,
      .reserve = host_reserve,
      .commit = host_commit,
  };
}

#endif
