/* Operator `count_errors`: reads log lines with level= and service=, and says at the end of input how many lines and errors
 * each service had. A line without a service goes to the dead-letter port. */
#include <stdlib.h>
#include <tidemill/build.h>

#define JSON(...) #__VA_ARGS__

TIDE_MANIFEST(JSON({
  "abi": 0, "name": "count-errors", "version": "1.0.0", "doc": "Count the errors of each service in log lines.",
  "components": [{
    "id": "count_errors", "kind": "operator", "concurrency": "single",
    "doc": "Count the lines and the lines with level=ERROR of each service=NAME.",
    "inputs": [{ "name": "message", "type": "string", "required": true, "doc": "The log line." }],
    "outputs": { "fields": [{ "name": "service", "type": "string" }, { "name": "lines", "type": "int" },
                            { "name": "errors", "type": "int" }] }
  }]
}));

enum { most_services = 256, longest_name = 64 };

typedef struct service {
  char name[longest_name];
  uint64_t length;
  int64_t lines, errors;
} service;

struct tide_instance {
  const tide_host *host;
  tide_builder rows;
  int32_t name, lines, errors; /* columns of what comes out */
  uint32_t count;
  service services[most_services]; /* in the order of their first lines */
};

/* The word behind `key` ("service="), which begins the line or follows a space; length 0 when there is none. */
static tide_string word_after(tide_string line, tide_string key) {
  uint64_t at, end;
  for (at = 0; at + key.length < line.length; at++) {
    if ((at > 0 && line.data[at - 1] != ' ') || memcmp(line.data + at, key.data, key.length) != 0) continue;
    for (at += key.length, end = at; end < line.length && line.data[end] != ' ';) end++;
    return tide_text(line.data + at, end - at);
  }
  return TIDE_TEXT("");
}

/* The service of that name, new if there was none; NULL when there are too many. */
static service *find(tide_instance *me, tide_string name) {
  service *s;
  for (s = me->services; s < me->services + me->count; s++)
    if (s->length == name.length && memcmp(s->name, name.data, name.length) == 0) return s;
  if (me->count == most_services) return NULL;
  me->count++;
  memcpy(s->name, name.data, name.length);
  s->length = name.length;
  return s;
}

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = calloc(1, sizeof *me);
  (void)component;
  if (me == NULL) return TIDE_E_FATAL;
  me->host = host;
  tide_b_init(&me->rows);
  me->name = tide_b_col(&me->rows, "service", TIDE_UTF8, TIDE_NO_ROLE);
  me->lines = tide_b_col(&me->rows, "lines", TIDE_I64, TIDE_NO_ROLE);
  me->errors = tide_b_col(&me->rows, "errors", TIDE_I64, TIDE_NO_ROLE);
  *out = me;
  return TIDE_OK;
}

static void destroy(tide_instance *me) {
  tide_b_free(&me->rows);
  free(me);
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t message = tide_find(in->frame, "message");
  for (uint32_t k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    tide_string line = tide_utf8(in->frame, message, row), name = word_after(line, TIDE_TEXT("service="));
    tide_string level = word_after(line, TIDE_TEXT("level="));
    int named = name.length > 0 && name.length <= longest_name;
    service *s = named ? find(me, name) : NULL;
    if (s != NULL) {
      s->lines++;
      s->errors += level.length == 5 && memcmp(level.data, "ERROR", 5) == 0;
    } else {
      tide_string why = named ? TIDE_TEXT("more services than are counted") : TIDE_TEXT("no service=NAME in the line");
      tide_status status = me->host->reject(out, in, row, why);
      if (status < 0) return status;
    }
  }
  return TIDE_OK;
}

static tide_status flush(tide_instance *me, tide_output *out) {
  for (service *s = me->services; s < me->services + me->count; s++) {
    tide_put_str_n(&me->rows, me->name, s->name, s->length);
    tide_put_i64(&me->rows, me->lines, s->lines);
    tide_put_i64(&me->rows, me->errors, s->errors);
    tide_end_row(&me->rows);
  }
  return tide_finish(&me->rows, me->host, out, 0);
}

static const tide_component count_errors = {.size = sizeof count_errors, .id = "count_errors", .create = create,
                                            .destroy = destroy, .process = process, .flush = flush};

TIDE_PLUGIN(&count_errors);
