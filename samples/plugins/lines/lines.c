/* Sink `lines`: writes a text of each row to a file, one a line.
 *
 * A row without the text writes nothing; one whose text holds a line break, or is none, goes to the dead-letter port. A run
 * begins the file anew; an instance that the host restarts after a failure goes on with it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <tidemill/plugin.h>

#define JSON(...) #__VA_ARGS__
TIDE_MANIFEST(JSON({
  "abi": 0, "name": "lines", "version": "1.0.0", "license": "MIT", "doc": "Write one field of each row as a line.",
  "components": [{
    "id": "lines", "kind": "sink", "concurrency": "single", "doc": "Write a text of each row to a file, one a line.",
    "options": [
      { "name": "path", "type": "string", "format": "path", "required": true, "doc": "The file. What it held before is lost." },
      { "name": "field", "type": "string", "format": "field", "required": true, "doc": "The text to write." }
    ],
    "inputs": [{ "option": "field", "type": "string", "required": true }],
    "example": "name: names\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }\nsinks:\n  out: { use: lines, from: readings, with: { path: names.txt, field: source } }\n"
  }]
}));

struct tide_instance {
  const tide_host *host;
  tide_string field; /* the host's, as long as the instance lives */
  FILE *file;
  char path[4096];
};

/* The system's reason, with the path. */
static tide_status fail(tide_instance *me) {
  char text[sizeof me->path + 128];
  int length = snprintf(text, sizeof text, "%s: %s", me->path, strerror(errno));
  me->host->fail(me->host->context, TIDE_E_FATAL, tide_text(text, (uint64_t)length), TIDE_TEXT("path"));
  return TIDE_E_FATAL;
}

static void destroy(tide_instance *me) { free(me); }

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = calloc(1, sizeof *me);
  tide_string path = TIDE_TEXT("");
  (void)component;
  if (me == NULL) return TIDE_E_FATAL;
  *out = me;
  me->host = host;
  host->config_string(host->context, "field", &me->field); /* required: the host has seen to it that they are there */
  host->config_string(host->context, "path", &path);
  if (path.length > 0 && path.length < sizeof me->path) { /* not terminated, so it is copied */
    memcpy(me->path, path.data, path.length);
    return TIDE_OK;
  }
  host->fail(host->context, TIDE_E_CONFIG, TIDE_TEXT("a path has 1 to 4095 bytes"), TIDE_TEXT("path"));
  destroy(me); /* a failed create leaves no instance */
  return TIDE_E_CONFIG;
}

static tide_status open_file(tide_instance *me) {
  me->file = fopen(me->path, me->host->info(me->host->context)->attempt == 0 ? "we" : "ae");
  return me->file != NULL ? TIDE_OK : fail(me);
}

static void close_file(tide_instance *me) { fclose(me->file); }

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find_n(in->frame, me->field.data, me->field.length);
  for (uint32_t k = 0; k < in->count; k++) {
    uint32_t row = tide_row(in->selection, k);
    tide_string text = tide_utf8(in->frame, column, row), why = TIDE_TEXT("");
    if (!tide_valid(in->frame, column, row)) continue; /* null, or no such field */
    if (tide_type(in->frame, column) != TIDE_UTF8) why = TIDE_TEXT("the field is not a text");
    if (memchr(text.data, '\n', text.length) != NULL) why = TIDE_TEXT("the text has more than one line");
    if (why.length > 0) {
      tide_status status = me->host->reject(out, in, row, why);
      if (status < 0) return status;
    } else if (fwrite(text.data, 1, text.length, me->file) == text.length) {
      putc('\n', me->file);
    }
  }
  return fflush(me->file) == 0 && !ferror(me->file) ? TIDE_OK : fail(me);
}

static const tide_component lines = {
    .size = sizeof lines, .id = "lines", .create = create, .destroy = destroy, .open = open_file, .close = close_file,
    .process = process};

TIDE_PLUGIN(&lines);
