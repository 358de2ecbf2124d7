/* One of many plugins that are present when a pipeline starts: -DNAME=name makes an operator of that name, which forwards. */
#include <stdlib.h>
#include <tidemill/plugin.h>

#define QUOTE_(name) #name
#define QUOTE(name) QUOTE_(name)
#define TEXT QUOTE(NAME)

TIDE_MANIFEST("{\"abi\":0,\"name\":\"" TEXT "\",\"version\":\"1.0.0\",\"license\":\"MIT\",\"doc\":\"Pass everything on.\","
              "\"components\":[{\"id\":\"" TEXT "\",\"kind\":\"operator\",\"concurrency\":\"stateless\","
              "\"doc\":\"Forward each batch.\",\"outputs\":{\"same\":true},"
              "\"example\":\"name: pass\\nsources:\\n  in: { use: stdin }\\noperators:\\n  pass: { use: " TEXT ", from: in }\\n"
              "sinks:\\n  out: { use: stdout, from: pass }\\n\"}]}");

struct tide_instance {
  const tide_host *host;
};

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = malloc(sizeof *me);
  (void)component;
  if (me == NULL) return TIDE_E_FATAL;
  me->host = host;
  *out = me;
  return TIDE_OK;
}

static void destroy(tide_instance *me) { free(me); }

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  return me->host->forward(out, 0, in, NULL, 0);
}

static const tide_component component = {
    .size = sizeof component, .id = TEXT, .create = create, .destroy = destroy, .process = process};

TIDE_PLUGIN(&component);
