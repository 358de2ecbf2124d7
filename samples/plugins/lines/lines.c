/* Sink `lines`: writes a text of each row to a file, one a line.
 *
 * A row without the text writes nothing; one whose text holds a line break, or is none, goes to the dead-letter port. A run
 * begins the file anew; an instance that the host restarts after a failure goes on with it.
 */
#include <errno.h>
#include <tidemill/simple.h>

TIDE_DESCRIBE({
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
});

struct tide_instance {
  const tide_host *host;
  tide_string field; /* the host's, as long as the instance lives */
  FILE *file;
  char path[4096];
};

/* The system's reason, with the path. */
static tide_status fail(tide_instance *me) {
  return tide_fail(me->host, TIDE_E_FATAL, "path", "%s: %s", me->path, strerror(errno));
}

static tide_status setup(tide_instance *me) {
  tide_string path = tide_opt_string(me->host, "path", ""); /* not terminated, so it is copied */
  me->field = tide_opt_string(me->host, "field", "");
  if (path.length == 0 || path.length >= sizeof me->path)
    return tide_fail(me->host, TIDE_E_CONFIG, "path", "a path has 1 to 4095 bytes");
  memcpy(me->path, path.data, path.length);
  return TIDE_OK;
}

static tide_status open_file(tide_instance *me) {
  me->file = fopen(me->path, me->host->info(me->host->context)->attempt == 0 ? "we" : "ae");
  return me->file != NULL ? TIDE_OK : fail(me);
}

static void close_file(tide_instance *me) { fclose(me->file); }

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  int32_t column = tide_find_n(in->frame, me->field.data, me->field.length);
  int is_text = tide_type(in->frame, column) == TIDE_UTF8;
  tide_status status = TIDE_OK;
  for (uint32_t k = 0; k < in->count && status >= 0; k++) {
    uint32_t row = tide_row(in->selection, k);
    tide_string text = tide_utf8(in->frame, column, row);
    if (!tide_valid(in->frame, column, row)) continue; /* null, or no such field */
    if (!is_text)
      status = me->host->reject(out, in, row, TIDE_TEXT("the field is not a text"));
    else if (memchr(text.data, '\n', text.length) != NULL)
      status = me->host->reject(out, in, row, TIDE_TEXT("the text has more than one line"));
    else if (fwrite(text.data, 1, text.length, me->file) == text.length)
      putc('\n', me->file);
  }
  if (fflush(me->file) != 0 || ferror(me->file)) return fail(me);
  return status < 0 ? status : TIDE_OK;
}

TIDE_SIMPLE("lines", setup, NULL, .open = open_file, .close = close_file, .process = process);
