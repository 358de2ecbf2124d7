/* Tidemill plugin interface, major 1.
 *
 * A plugin is a shared library that exports one function, tidemill_plugin_1, and carries its manifest as JSON in the ELF
 * section `.tidemill` (TIDE_MANIFEST). The function returns a table of components; a component creates instances; the host
 * hands instances frames (frame.h) and takes frames from them. No symbol of the host is referenced: all calls go through
 * tables, so one library loads in any host.
 *
 * Rules that hold for every struct here:
 *   - `size` comes first and is set by whoever allocates the struct; structs grow at the end only, and a reader asks
 *     TIDE_HAS before it uses an entry. A NULL entry and an entry beyond `size` mean the same: absent.
 *   - Strings are UTF-8 with a length, borrowed for the call unless said otherwise, and not terminated.
 *   - Each function ends with its [thread]: [control] one thread that starts and stops the pipeline, [worker] the thread that
 *     runs the instance, [any] every thread. Calls on one instance never overlap.
 *
 * Life of an instance: create -> restore* -> open -> { process | poll | on_watermark | on_timer | snapshot | reconfigure }*
 * -> flush -> close -> destroy. A failed create leaves no instance. After a failed open, close is not called. After a call
 * returned TIDE_E_CANCELLED only close and destroy follow.
 */
#ifndef TIDEMILL_PLUGIN_H
#define TIDEMILL_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Minor revision of this header. A plugin's manifest names the least one that it needs. */
#define TIDE_ABI_MINOR 0

/* The result of a call: >= 0 is success. A value that is not listed here counts as TIDE_E_FATAL. */
typedef int32_t tide_status;
#define TIDE_OK 0
#define TIDE_MORE 1             /* call again with the same input: a call does a bounded amount of work */
#define TIDE_IDLE 2             /* source: nothing now; wait for wake(), the timer or `poll_every` */
#define TIDE_END 3              /* source: finished, poll is not called again */
#define TIDE_E_CONFIG (-1)      /* the configuration cannot work */
#define TIDE_E_RETRY (-2)       /* transient: the host repeats the call with the same input, up to 8 times with growing pauses;
                                   then the call has failed. Only before the call's first commit, forward or reject; after one
                                   it counts as TIDE_E_FATAL */
#define TIDE_E_FATAL (-3)       /* this instance is unusable */
#define TIDE_E_UNSUPPORTED (-4) /* the host, or the plugin, cannot do this */
#define TIDE_E_STATE (-5)       /* a snapshot that this version cannot read */
#define TIDE_E_CANCELLED (-6)   /* the pipeline is stopping: return at once */

#define TIDE_LOG_ERROR 0u
#define TIDE_LOG_WARNING 1u
#define TIDE_LOG_INFO 2u
#define TIDE_LOG_DEBUG 3u

#define TIDE_DOMAIN_EVENT 0u      /* timers: at_ns is an event time, due once the watermark W >= at_ns */
#define TIDE_DOMAIN_PROCESSING 1u /* timers: at_ns is a reading of host->now */

#define TIDE_STATE_STOP 0u         /* state limits: beyond them a call fails with TIDE_E_CONFIG */
#define TIDE_STATE_EVICT_OLDEST 1u /* state limits: what was used longest ago makes room, and that is counted */

#define TIDE_PORT_ALL 0xFFFFFFFFu   /* on_watermark: the minimum over all input ports */
#define TIDE_ALL_GROUPS 0xFFFFFFFFu /* snapshot, restore, timer: state that belongs to no key group */

/* A plugin's own instance data, opaque to the host. */
typedef struct tide_instance tide_instance;
/* Where a call's results go. Valid only during the call that it was passed to and on its thread: elsewhere the host refuses. */
typedef struct tide_output tide_output;

/* One frame as this instance sees it. Everything it points to is borrowed and immutable until the call returns. */
typedef struct tide_batch {
  uint32_t size;
  uint32_t port;             /* input port it arrived at */
  const tide_frame *frame;   /* frame.h */
  const uint16_t *selection; /* frame row numbers to visit, strictly ascending; NULL = all rows */
  uint32_t count;            /* rows to visit; may be 0 */
  uint32_t reserved;
} tide_batch;

/* Room in a pooled frame, given by reserve. What the bytes hold is undefined: padding and null slots must be written as zero.
 * `port`, `capacity` and `handle` are the host's and are not changed; what reserve filled in is what grow, commit and cancel
 * take, not a copy with other values. A slot ends with the call that it was reserved in: what is then neither committed nor
 * cancelled is given back. */
typedef struct tide_slot {
  uint32_t size;
  uint32_t port;     /* output port */
  uint8_t *bytes;    /* 64-byte aligned */
  uint64_t capacity; /* bytes that may be written */
  uint64_t used;     /* set by the plugin before commit: the frame's length */
  uint64_t handle;   /* the host's */
} tide_slot;

/* Appends to the blob of one key group; groups may come in any order. */
typedef struct tide_writer {
  uint32_t size;
  uint32_t reserved;
  void *context;
  tide_status (*write)(void *context, uint32_t group, const void *bytes, uint64_t length); /* [worker] */
} tide_writer;

/* Reads one group's blob as the version that wrote it left it. `read` gives the bytes read, 0 at the end; it may read less
 * than was asked for. */
typedef struct tide_reader {
  uint32_t size;
  uint32_t state_version;
  void *context;
  int64_t (*read)(void *context, void *into, uint64_t length); /* [control] */
} tide_reader;

/* Who and where an instance is. Constant for its life. */
typedef struct tide_info {
  uint32_t size;
  uint32_t lane, lanes;         /* this instance is lane `lane` of `lanes` */
  uint32_t first_group, groups; /* the key groups it owns */
  uint32_t inputs, outputs;     /* ports, the dead-letter port not counted */
  uint32_t restored;            /* 1 when restore was called */
  uint64_t attempt;             /* 0 at first, one more at each restart */
  uint64_t checkpoint;          /* id of the checkpoint it was restored from, else 0 */
  tide_string pipeline, node, component, delivery;
  /* Not there where `size` ends before: TIDE_REACHES(info, state_full). */
  uint64_t state_bytes; /* memory that what it keeps between calls may take, 0 = no limit */
  uint64_t state_keys;  /* keys that it may keep something of, 0 = no limit */
  uint32_t state_full;  /* what it does at a limit: TIDE_STATE_* */
  uint32_t reserved;
} tide_info;

/* What the host offers. One per instance; lives until destroy returns. */
typedef struct tide_host {
  uint32_t size;
  uint32_t abi_minor;
  void *context;
  /* Writes a line to the host's log, marked with the node. level: TIDE_LOG_*. [any] */
  void (*log)(void *context, uint32_t level, tide_string message);
  /* Says why the call in progress is about to return `code` < 0; config_path ("to[0]", or empty) names the option at fault.
   * [any] */
  void (*fail)(void *context, tide_status code, tide_string message, tide_string config_path);
  /* A table of ext/<name>.h, or NULL when this host has none by that id. [any] */
  const void *(*extension)(void *context, const char *id);
  /* Reads an option, validated and defaulted by the host, by its path: "limit", "to[0]", "rules[2].where". A name that is
   * empty or holds '.' or '[' stands in brackets and quotes, with \ before " and \: "set[\"odd.name\"]". A duration is read
   * as an integer of nanoseconds, a size as an integer of bytes. TIDE_E_CONFIG when there is no such value. [control] */
  tide_status (*config_int)(void *context, const char *key, int64_t *out);
  tide_status (*config_double)(void *context, const char *key, double *out);
  /* Lives as long as the instance. The path "" gives the whole configuration as JSON. [control] */
  tide_status (*config_string)(void *context, const char *key, tide_string *out);
  /* Makes the host call poll soon; sticky. Valid from create until close returns. [any] */
  void (*wake)(void *context);
  /* Nanoseconds since the epoch, UTC. The only clock a plugin may read: replay and tests own it. [any] */
  int64_t (*now)(void *context);
  tide_status (*config_bool)(void *context, const char *key, uint32_t *out); /* [control] */
  /* Number of elements of a list or entries of a map. [control] */
  tide_status (*config_size)(void *context, const char *key, uint64_t *count);
  const tide_info *(*info)(void *context); /* [any] */
  /* Looks up an output port. `name` "" asks for port number `output`; otherwise `index` receives the number of the port of
   * that name. `connected` receives 1 when something reads it. [control] */
  tide_status (*port)(void *context, uint32_t output, tide_string name, uint32_t *index, uint32_t *connected);
  /* Sets the timer (domain, group, id), replacing one of the same name; INT64_MAX cancels it. [worker], also in restore and
   * open */
  tide_status (*timer)(void *context, uint32_t group, uint64_t id, int64_t at_ns, uint32_t domain);
  /* Keeps a batch beyond the call; what comes back is to be released and may be a copy. NULL when memory ran out. [any] */
  const tide_batch *(*retain)(void *context, const tide_batch *batch);
  void (*release)(void *context, const tide_batch *batch); /* [any] */
  /* Sets the watermark of a source partition (sources), or of the output (operators, partition 0): no row before `ts` is
   * expected any more. Never goes back: an earlier `ts` is ignored and answers TIDE_OK. INT64_MIN makes a partition known: it
   * counts in the minimum before its first row. INT64_MAX ends it: it has left the minimum for good. A source that calls it with
   * times has "sets_watermark": true in its manifest. [worker] */
  tide_status (*watermark)(tide_output *out, uint32_t partition, int64_t ts);
  /* Takes the partition out of the minimum until its next row. Of an operator: the whole output; `partition` is ignored.
   * [worker] */
  tide_status (*idle)(tide_output *out, uint32_t partition);
  /* Enlarges a slot to at least `bytes`; what was written stays, slot->bytes may move. [worker] */
  tide_status (*grow)(tide_output *out, tide_slot *slot, uint64_t bytes);
  /* Gives room for a frame of `bytes` to the output port. [worker] */
  tide_status (*reserve)(tide_output *out, uint32_t port, uint64_t bytes, tide_slot *slot);
  /* Publishes the frame in the slot; the slot is spent, also on failure. schema_id 0 is filled in. [worker] */
  tide_status (*commit)(tide_output *out, tide_slot *slot);
  /* Gives an unused slot back. [worker] */
  void (*cancel)(tide_output *out, tide_slot *slot);
  /* Passes rows of an input on without copying them. `batch` is the pointer that the call was given, or one from retain; never
   * a copy of the struct. `selection` is a strictly ascending subset of the batch's rows (NULL = all of them, count then being
   * ignored), copied before the call returns. [worker] */
  tide_status (*forward)(tide_output *out, uint32_t port, const tide_batch *batch, const uint16_t *selection, uint32_t count);
  /* Sends one row to the dead-letter port, with the reason. `batch` is that of the process call in progress, `row` a frame row
   * that it visits. A row that is rejected twice counts once. [worker] */
  tide_status (*reject)(tide_output *out, const tide_batch *batch, uint32_t row, tide_string why);
} tide_host;

/* A component: a source, an operator or a sink. Every entry but create and destroy may be NULL. */
typedef struct tide_component tide_component;
struct tide_component {
  uint32_t size;
  uint32_t state_version; /* of what snapshot writes */
  const void *user;       /* the plugin's own */
  const char *id;         /* as in the manifest, whose components stand in the same order */
  /* Reads the configuration and makes an instance. No I/O: this is the dry run of `validate`. `host` stays valid until
   * destroy returns. [control] */
  tide_status (*create)(const tide_component *component, const tide_host *host, tide_instance **out);
  void (*destroy)(tide_instance *self); /* [control] */
  /* Opens files, connections. May block. [control] */
  tide_status (*open)(tide_instance *self);
  void (*close)(tide_instance *self); /* [control] */
  /* Operators and sinks: takes one batch. TIDE_MORE: call again with the same batch. [worker] */
  tide_status (*process)(tide_instance *self, const tide_batch *in, tide_output *out);
  /* Sources, and whoever called wake: produces until about deadline_ns (a reading of now). Of a source TIDE_OK and TIDE_MORE
   * mean: call again. Of an operator or sink TIDE_MORE does; TIDE_OK, TIDE_IDLE and TIDE_END mean: not before the next wake.
   * [worker] */
  tide_status (*poll)(tide_instance *self, int64_t deadline_ns, tide_output *out);
  /* The watermark of an input port, then of TIDE_PORT_ALL; INT64_MAX at the end. NULL: the host forwards it. Over one partition
   * it comes before the rows that are behind it (tide_row_watermark), which an operator gets in calls of their own. What it does
   * only then stands under "waits" in its manifest. [worker] */
  tide_status (*on_watermark)(tide_instance *self, uint32_t port, int64_t ts, tide_output *out);
  tide_status (*on_timer)(tide_instance *self, uint64_t id, int64_t at_ns, tide_output *out); /* [worker] */
  /* All input has been seen, or the source was told to finish: emit what is held. [worker] */
  tide_status (*flush)(tide_instance *self, tide_output *out);
  /* Writes the state in one pass, each entry to the blob of its key group. [worker] between batches */
  tide_status (*snapshot)(tide_instance *self, const tide_writer *writer);
  /* Reads one group's blob, maybe of an older version. [control] */
  tide_status (*restore)(tide_instance *self, uint32_t group, const tide_reader *reader);
  /* The options changed: read them again. [worker] between batches */
  tide_status (*reconfigure)(tide_instance *self);
  /* A table of ext/<name>.h that this component offers, or NULL. `self` NULL asks the component itself, before any instance
   * exists. [any] */
  const void *(*extension)(tide_instance *self, const char *id);
};

/* What the entry returns: static storage, components in the order of the manifest. */
typedef struct tide_plugin {
  uint32_t size;
  uint32_t count;
  const tide_component *const *components;
} tide_plugin;

#if defined(__GNUC__) || defined(__clang__)
#define TIDE_EXPORT __attribute__((visibility("default")))
#else
#define TIDE_EXPORT
#endif

/* The one export of a plugin. Pure: starts no thread, opens no file, installs no signal handler. `host_minor` is the host's
 * TIDE_ABI_MINOR; NULL refuses that host. [any] */
TIDE_EXPORT const tide_plugin *tidemill_plugin_1(uint32_t host_minor);

/* That export, of components in static storage, for every host: TIDE_PLUGIN(&first, &second) at the end of one file. */
#define TIDE_PLUGIN(...)                                                                                                   \
  static const tide_component *const tide_components_[] = {__VA_ARGS__};                                                   \
  static const tide_plugin tide_plugin_ = {                                                                                \
      (uint32_t)sizeof(tide_plugin), (uint32_t)(sizeof tide_components_ / sizeof *tide_components_), tide_components_};    \
  TIDE_EXPORT const tide_plugin *tidemill_plugin_1(uint32_t host_minor) {                                                  \
    (void)host_minor;                                                                                                      \
    return &tide_plugin_;                                                                                                  \
  }                                                                                                                        \
  struct tide_plugin_ends_ /* takes the semicolon */

/* True when a sized struct (by pointer) reaches as far as the field `entry`. */
#define TIDE_REACHES(table, entry)                                                                                         \
  ((size_t)((const char *)&(table)->entry - (const char *)(table)) + sizeof((table)->entry) <= (size_t)(table)->size)
/* True when `table` (a pointer to a sized struct) has a non-NULL function `entry`. */
#define TIDE_HAS(table, entry) (TIDE_REACHES(table, entry) && (table)->entry != NULL)

/* The same as functions, for languages that do not see macros. */
#define TIDE_HAS_COMPONENT_ENTRY_(entry)                                                                                   \
  static inline int tide_has_##entry(const tide_component *component) { return TIDE_HAS(component, entry); }
#define TIDE_HAS_HOST_ENTRY_(entry)                                                                                        \
  static inline int tide_host_has_##entry(const tide_host *host) { return TIDE_HAS(host, entry); }

TIDE_HAS_COMPONENT_ENTRY_(create)
TIDE_HAS_COMPONENT_ENTRY_(destroy)
TIDE_HAS_COMPONENT_ENTRY_(open)
TIDE_HAS_COMPONENT_ENTRY_(close)
TIDE_HAS_COMPONENT_ENTRY_(process)
TIDE_HAS_COMPONENT_ENTRY_(poll)
TIDE_HAS_COMPONENT_ENTRY_(on_watermark)
TIDE_HAS_COMPONENT_ENTRY_(on_timer)
TIDE_HAS_COMPONENT_ENTRY_(flush)
TIDE_HAS_COMPONENT_ENTRY_(snapshot)
TIDE_HAS_COMPONENT_ENTRY_(restore)
TIDE_HAS_COMPONENT_ENTRY_(reconfigure)
TIDE_HAS_COMPONENT_ENTRY_(extension)

TIDE_HAS_HOST_ENTRY_(log)
TIDE_HAS_HOST_ENTRY_(fail)
TIDE_HAS_HOST_ENTRY_(extension)
TIDE_HAS_HOST_ENTRY_(config_int)
TIDE_HAS_HOST_ENTRY_(config_double)
TIDE_HAS_HOST_ENTRY_(config_string)
TIDE_HAS_HOST_ENTRY_(wake)
TIDE_HAS_HOST_ENTRY_(now)
TIDE_HAS_HOST_ENTRY_(config_bool)
TIDE_HAS_HOST_ENTRY_(config_size)
TIDE_HAS_HOST_ENTRY_(info)
TIDE_HAS_HOST_ENTRY_(port)
TIDE_HAS_HOST_ENTRY_(timer)
TIDE_HAS_HOST_ENTRY_(retain)
TIDE_HAS_HOST_ENTRY_(release)
TIDE_HAS_HOST_ENTRY_(watermark)
TIDE_HAS_HOST_ENTRY_(idle)
TIDE_HAS_HOST_ENTRY_(grow)
TIDE_HAS_HOST_ENTRY_(reserve)
TIDE_HAS_HOST_ENTRY_(commit)
TIDE_HAS_HOST_ENTRY_(cancel)
TIDE_HAS_HOST_ENTRY_(forward)
TIDE_HAS_HOST_ENTRY_(reject)

#undef TIDE_HAS_COMPONENT_ENTRY_
#undef TIDE_HAS_HOST_ENTRY_

/* A tide_string of a string literal. */
#define TIDE_TEXT(literal) tide_text("" literal "", sizeof(literal) - 1)
static inline tide_string tide_text(const char *data, uint64_t length) {
  tide_string s;
  s.data = data;
  s.length = length;
  return s;
}

/* Puts (a part of) the manifest into the section `.tidemill`. Several uses in one file are joined in order; NULs between them
 * are dropped. Format: docs/plugins/manifest.md. */
#define TIDE_JOIN_(a, b) a##b
#define TIDE_JOIN(a, b) TIDE_JOIN_(a, b)
#define TIDE_RETAIN_
#define TIDE_IN_ORDER_
#if defined(__has_attribute)
#if __has_attribute(retain)
#undef TIDE_RETAIN_
#define TIDE_RETAIN_ retain,
#endif
#if __has_attribute(no_reorder) /* gcc writes static data last to first without it */
#undef TIDE_IN_ORDER_
#define TIDE_IN_ORDER_ no_reorder,
#endif
#endif
#define TIDE_KEEP_ __attribute__((section(".tidemill"), used, TIDE_RETAIN_ TIDE_IN_ORDER_ aligned(1)))
/* Each part has a name of its own, by __COUNTER__, which a new clang calls an extension of older languages. */
#define TIDE_NAMED_
#define TIDE_NAMED_END_
#if defined(__clang__) && defined(__has_warning)
#if __has_warning("-Wc2y-extensions")
#undef TIDE_NAMED_
#undef TIDE_NAMED_END_
#define TIDE_NAMED_ _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wc2y-extensions\"")
#define TIDE_NAMED_END_ _Pragma("clang diagnostic pop")
#endif
#endif
#define TIDE_MANIFEST(json)                                                                                                \
  TIDE_NAMED_ TIDE_KEEP_ static const char TIDE_JOIN(tide_manifest_, __COUNTER__)[] = json TIDE_NAMED_END_
/* The same of JSON as it stands, without quotes around it: TIDE_DESCRIBE({ "abi": 0, ... }); */
#define TIDE_DESCRIBE(...) TIDE_MANIFEST(#__VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
