/* Sink `my-plugin`: writes rows to a file, in any format of the host. */
#include <errno.h>
#include <stdio.h>
#include <tidemill/ext/codec.h>
#include <tidemill/simple.h>

TIDE_DESCRIBE({
  "abi": 0, "name": "my-plugin", "version": "0.1.0", "doc": "Rows to a file.",
  "components": [{
    "id": "my-plugin", "kind": "sink", "concurrency": "single", "codec": "encode", "blocking": true,
    "doc": "Write rows to a file.",
    "options": [
      { "name": "path", "type": "string", "format": "path", "required": true, "doc": "The file. What it held before is lost." }
    ],
    "example": "name: my-plugin\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }\nsinks:\n  out: { use: my-plugin, from: readings, with: { path: readings.jsonl } }\n"
  }]
});

struct tide_instance {
  const tide_host *host;
  const tide_codec *codec;
  FILE *file;
  char path[4096];
};

/* The system's reason, with the path. */
static tide_status fail(tide_instance *me) {
  return tide_fail(me->host, TIDE_E_FATAL, "path", "%s: %s", me->path, strerror(errno));
}

static tide_status setup(tide_instance *me) {
  tide_string path = tide_opt_string(me->host, "path", "");
  if (path.length == 0 || path.length >= sizeof me->path)
    return tide_fail(me->host, TIDE_E_CONFIG, "path", "a path has 1 to %zu bytes", sizeof me->path - 1);
  memcpy(me->path, path.data, path.length); /* the option is not terminated */
  return TIDE_OK;
}

static tide_status open_file(tide_instance *me) {
  me->codec = me->host->extension(me->host->context, TIDE_CODEC);
  if (me->codec == NULL) return tide_fail(me->host, TIDE_E_UNSUPPORTED, "", "this host offers no formats");
  /* An instance that the host starts again after a failure goes on with its file. */
  me->file = fopen(me->path, me->host->info(me->host->context)->attempt == 0 ? "we" : "ae");
  return me->file != NULL ? TIDE_OK : fail(me);
}

static void close_file(tide_instance *me) { fclose(me->file); }

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  tide_string text;
  tide_status status = me->codec->encode(me->host->context, in, &text);
  (void)out;
  if (status < 0) return status;
  if (fwrite(text.data, 1, text.length, me->file) < text.length || fflush(me->file) != 0) return fail(me);
  return TIDE_OK;
}

TIDE_SIMPLE("my-plugin", setup, NULL, .open = open_file, .close = close_file, .process = process);
