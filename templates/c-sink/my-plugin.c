/* Sink `my-plugin`: writes rows to a file, in any format of the host. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <tidemill/ext/codec.h>

#define JSON(...) #__VA_ARGS__
TIDE_MANIFEST(JSON({
  "abi": 0, "name": "my-plugin", "version": "0.1.0", "doc": "Rows to a file.",
  "components": [{
    "id": "my-plugin", "kind": "sink", "concurrency": "single", "codec": "encode", "blocking": true,
    "doc": "Write rows to a file.",
    "options": [
      { "name": "path", "type": "string", "format": "path", "required": true, "doc": "The file. What it held before is lost." }
    ],
    "example": "name: my-plugin\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }\nsinks:\n  out: { use: my-plugin, from: readings, with: { path: readings.jsonl } }\n"
  }]
}));

struct tide_instance {
  const tide_host *host;
  const tide_codec *codec;
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
  me->host = host;
  host->config_string(host->context, "path", &path);
  if (path.length > 0 && path.length < sizeof me->path) { /* not terminated, so it is copied */
    memcpy(me->path, path.data, path.length);
    *out = me;
    return TIDE_OK;
  }
  host->fail(host->context, TIDE_E_CONFIG, TIDE_TEXT("a path has 1 to 4095 bytes"), TIDE_TEXT("path"));
  destroy(me); /* a failed create leaves no instance */
  return TIDE_E_CONFIG;
}

static tide_status open_file(tide_instance *me) {
  me->codec = me->host->extension(me->host->context, TIDE_CODEC);
  if (me->codec == NULL) {
    me->host->fail(me->host->context, TIDE_E_UNSUPPORTED, TIDE_TEXT("this host offers no formats"), TIDE_TEXT(""));
    return TIDE_E_UNSUPPORTED;
  }
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

static const tide_component my_plugin = {
    .size = sizeof my_plugin, .id = "my-plugin", .create = create, .destroy = destroy, .open = open_file, .close = close_file,
    .process = process};

TIDE_PLUGIN(&my_plugin);
