/* A whole operator in C11 and C++17: reads the field "fahrenheit", writes the fields "celsius" and "sensor". */
#include "tidemill/build.h"

TIDE_MANIFEST("{\"format\":1,\"name\":\"celsius\",\"components\":[{\"id\":\"celsius\",\"kind\":\"operator\"}]}");

struct tide_instance {
  const tide_host *host;
  tide_builder rows;
  int32_t time, celsius, sensor;
};

static tide_status celsius_create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *self = (tide_instance *)calloc(1, sizeof *self);
  (void)component;
  if (self == NULL) return TIDE_E_FATAL;
  self->host = host;
  tide_b_init(&self->rows);
  self->time = tide_b_col(&self->rows, "time", TIDE_TIME, TIDE_ROLE_EVENT_TIME);
  self->celsius = tide_b_col(&self->rows, "celsius", TIDE_F64, TIDE_NO_ROLE);
  self->sensor = tide_b_col(&self->rows, "sensor", TIDE_UTF8, TIDE_ROLE_KEY);
  *out = self;
  return TIDE_OK;
}

static void celsius_destroy(tide_instance *self) {
  tide_b_free(&self->rows);
  free(self);
}

static tide_status celsius_process(tide_instance *self, const tide_batch *in, tide_output *out) {
  const tide_frame *f = in->frame;
  int32_t fahrenheit = tide_find(f, "fahrenheit"), time = tide_role(f, TIDE_ROLE_EVENT_TIME), key = tide_role(f, TIDE_ROLE_KEY);
  uint32_t k;
  for (k = 0; k < in->count; k++) {
    uint32_t i = tide_row(in->selection, k);
    tide_put_time(&self->rows, self->time, tide_i64(f, time, i));
    if (tide_valid(f, fahrenheit, i)) tide_put_f64(&self->rows, self->celsius, (tide_f64(f, fahrenheit, i) - 32.0) / 1.8);
    tide_put_string(&self->rows, self->sensor, tide_utf8(f, key, i));
    if (tide_end_row(&self->rows) == TIDE_MORE) {
      tide_status status = tide_finish(&self->rows, self->host, out, 0);
      if (status < 0) return status;
    }
  }
  return tide_finish(&self->rows, self->host, out, 0);
}

static const tide_component celsius = {
    sizeof(tide_component), 0,    NULL, "celsius", celsius_create, celsius_destroy, NULL, NULL, celsius_process,
    NULL,                   NULL, NULL, NULL,      NULL,           NULL,            NULL, NULL};
static const tide_component *const components[] = {&celsius};
static const tide_plugin plugin = {sizeof(tide_plugin), 1, components};

const tide_plugin *tidemill_plugin_1(uint32_t host_minor) {
  (void)host_minor;
  return &plugin;
}
