/* Short forms for plugins in C: an instance that is made and given back, options, failures, state. All that they do can be
 * written out with plugin.h; the samples show what the short forms leave to say.
 *
 *   struct tide_instance { const tide_host *host; ... };               yours; starts with zeros
 *   static tide_status setup(tide_instance *me) { ... }                reads options
 *   static tide_status process(tide_instance *me, ...) { ... }
 *   TIDE_SIMPLE("name", setup, NULL, .process = process);              the component, and the plugin of it
 */
#ifndef TIDEMILL_SIMPLE_H
#define TIDEMILL_SIMPLE_H

#include <stdarg.h>

#include "build.h"
#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- failures --------------------------------------------------------------------------------------------------------- */

/* Says why a call is about to return `code`, and gives it: return tide_fail(me->host, TIDE_E_FATAL, "path", "%s: %s", ...).
 * `path` is the option at fault, "" for none. A text is cut at 4 KiB. */
#if defined(__GNUC__) || defined(__clang__)
__attribute__((format(printf, 4, 5)))
#endif
static inline tide_status tide_fail(const tide_host *host, tide_status code, const char *path, const char *format, ...) {
  char text[4352];
  int length;
  va_list values;
  va_start(values, format);
  length = vsnprintf(text, sizeof text, format, values);
  va_end(values);
  if (length < 0) length = 0;
  if (length > 4096) /* cut, and not within a character */
    for (length = 4096; length > 0 && ((uint8_t)text[length] & 0xC0u) == 0x80u;) length--;
  if (TIDE_HAS(host, fail)) host->fail(host->context, code, tide_text(text, (uint64_t)length), tide_text(path, strlen(path)));
  return code;
}

/* ---- options: the value at a path, `otherwise` where there is none ------------------------------------------------------ */

static inline int64_t tide_opt_int(const tide_host *host, const char *path, int64_t otherwise) {
  int64_t value;
  return host->config_int(host->context, path, &value) < 0 ? otherwise : value;
}
static inline double tide_opt_double(const tide_host *host, const char *path, double otherwise) {
  double value;
  return host->config_double(host->context, path, &value) < 0 ? otherwise : value;
}
static inline int tide_opt_bool(const tide_host *host, const char *path, int otherwise) {
  uint32_t value;
  return host->config_bool(host->context, path, &value) < 0 ? otherwise : value != 0;
}
/* Lives as long as the instance; not terminated. */
static inline tide_string tide_opt_string(const tide_host *host, const char *path, const char *otherwise) {
  tide_string value;
  return host->config_string(host->context, path, &value) < 0 ? tide_text(otherwise, strlen(otherwise)) : value;
}
/* Elements of a list or entries of a map, 0 where there is none. */
static inline uint64_t tide_opt_size(const tide_host *host, const char *path) {
  uint64_t count;
  return host->config_size(host->context, path, &count) < 0 ? 0 : count;
}

/* ---- state -------------------------------------------------------------------------------------------------------------- */

/* Reads the next `length` bytes of a blob, in as many pieces as they come: 1 when all are there, 0 when the blob was at its end,
 * -1 when it ends within them or cannot be read. */
static inline int tide_load(const tide_reader *reader, void *into, uint64_t length) {
  uint64_t have = 0;
  int64_t got = 0;
  while (have < length && (got = reader->read(reader->context, (uint8_t *)into + have, length - have)) > 0)
    have += (uint64_t)got;
  return have == length ? 1 : got < 0 || have > 0 ? -1 : 0;
}

/* TIDE_OK for a blob of this state_version or an older one, otherwise the failure that restore is to return. */
static inline tide_status tide_restorable(const tide_host *host, const tide_reader *reader, uint32_t state_version) {
  if (reader->state_version <= state_version) return TIDE_OK;
  return tide_fail(host, TIDE_E_STATE, "", "the state is of version %u, and this plugin knows those up to %u",
                   reader->state_version, state_version);
}

/* restore of a state that is one struct without pointers, which snapshot wrote as it stands: it and nothing after it, of this
 * state_version. After a failure the struct holds whatever came. */
static inline tide_status tide_restore(const tide_host *host, const tide_reader *reader, uint32_t state_version, void *into,
                                       uint64_t length) {
  uint8_t more;
  if (tide_restorable(host, reader, state_version) < 0) return TIDE_E_STATE;
  if (reader->state_version == state_version && tide_load(reader, into, length) == 1 && tide_load(reader, &more, 1) == 0)
    return TIDE_OK;
  return tide_fail(host, TIDE_E_STATE, "", "the saved state is cut off or damaged");
}

/* ---- components --------------------------------------------------------------------------------------------------------- */

/* A component `variable` of C: `struct tide_instance` has to have a member `const tide_host *host`. `setup` fills in an instance
 * of zeros whose host is set, and returns a status below 0 (by tide_fail) when that cannot be; `teardown`, which may be NULL,
 * gives back what it took, also after a setup that failed half way. The further arguments are entries of the table:
 * .process = process. */
#define TIDE_COMPONENT(variable, name, setup, teardown, ...)                                                               \
  static void variable##_destroy_(tide_instance *me) {                                                                     \
    void (*end)(tide_instance *) = teardown;                                                                               \
    if (end != NULL) end(me);                                                                                              \
    free(me);                                                                                                              \
  }                                                                                                                        \
  static tide_status variable##_create_(const tide_component *component, const tide_host *host, tide_instance **out) {     \
    tide_status (*begin)(tide_instance *) = setup;                                                                         \
    tide_instance *me = (tide_instance *)calloc(1, sizeof *me);                                                            \
    tide_status status = TIDE_OK;                                                                                          \
    (void)component;                                                                                                       \
    if (me == NULL) return tide_fail(host, TIDE_E_FATAL, "", "there is no memory for an instance");                        \
    me->host = host;                                                                                                       \
    if (begin != NULL) status = begin(me);                                                                                 \
    if (status < 0)                                                                                                        \
      variable##_destroy_(me);                                                                                             \
    else                                                                                                                   \
      *out = me;                                                                                                           \
    return status;                                                                                                         \
  }                                                                                                                        \
  static const tide_component variable = {                                                                                 \
      .size = sizeof(tide_component), .id = name, .create = variable##_create_, .destroy = variable##_destroy_, __VA_ARGS__}

/* A plugin of one such component. */
#define TIDE_SIMPLE(name, setup, teardown, ...)                                                                            \
  TIDE_COMPONENT(tide_simple_, name, setup, teardown, __VA_ARGS__);                                                        \
  TIDE_PLUGIN(&tide_simple_)

#ifdef __cplusplus
}
#endif
#endif
