/* Sink `to-python`: hands each batch to a function in Python, through the Arrow C Data Interface.
 *
 * The interpreter is the shared library of the Python that the option `python` names, with its search path; nothing is linked.
 * The function gets an object with the method __arrow_c_array__ (Arrow's PyCapsule interface), which nanoarrow, pyarrow, polars and
 * others take. An exception fails the batch and says what it was.
 */
#define _GNU_SOURCE /* popen, RTLD_DEFAULT */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <tidemill/ext/arrow.h>
#include <tidemill/plugin.h>

#define JSON(...) #__VA_ARGS__
TIDE_MANIFEST(JSON({
  "abi": 0, "name": "to-python", "version": "1.0.0", "license": "MIT", "doc": "Hand batches to a function in Python.",
  "components": [{
    "id": "to-python", "kind": "sink", "concurrency": "single", "blocking": true,
    "doc": "Call a function in Python for each batch.",
    "options": [
      { "name": "code", "type": "string", "required": true,
        "doc": "Python that defines `process(batch)`, and may define `finish()`, which is called at the end." },
      { "name": "python", "type": "string", "default": "python3", "doc": "The interpreter whose library and packages are used." }
    ],
    "example": "name: look\nsources:\n  readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }\nsinks:\n  out:\n    use: to-python\n    from: readings\n    with:\n      code: |\n        def process(batch):\n          print(hasattr(batch, '__arrow_c_array__'))\n"
  }]
}));

typedef struct object object; /* Python's */

/* What is used of Python, by name: all of it is in its stable ABI. */
#define PYTHON(ENTRY)                                                              \
  ENTRY(int, Py_IsInitialized, (void))                                             \
  ENTRY(void, Py_InitializeEx, (int handle_signals))                               \
  ENTRY(void *, PyEval_SaveThread, (void))                                         \
  ENTRY(int, PyGILState_Ensure, (void))                                            \
  ENTRY(void, PyGILState_Release, (int))                                           \
  ENTRY(void, Py_DecRef, (object *))                                               \
  ENTRY(void, PyErr_Fetch, (object **, object **, object **))                      \
  ENTRY(void, PyErr_NormalizeException, (object **, object **, object **))         \
  ENTRY(void, PyErr_Clear, (void))                                                 \
  ENTRY(object *, PyObject_Repr, (object *))                                       \
  ENTRY(const char *, PyUnicode_AsUTF8AndSize, (object *, intptr_t *))             \
  ENTRY(object *, PyCapsule_New, (void *, const char *, void (*)(object *)))       \
  ENTRY(object *, PyDict_New, (void))                                              \
  ENTRY(object *, PyDict_GetItemString, (object *, const char *))                  \
  ENTRY(object *, PySequence_GetItem, (object *, intptr_t))                        \
  ENTRY(object *, PyImport_ImportModule, (const char *))                           \
  ENTRY(object *, PyObject_CallMethod, (object *, const char *, const char *, ...)) \
  ENTRY(object *, PyObject_CallFunction, (object *, const char *, ...))

typedef struct python {
#define FIELD(RESULT, NAME, ARGUMENTS) RESULT(*NAME) ARGUMENTS;
  PYTHON(FIELD)
} python;

struct tide_instance {
  const tide_host *host;
  const tide_arrow *arrow;
  tide_string code, command; /* the host's */
  python py;
  object *make, *process, *finish, *flush; /* functions of Python: the prelude's, the user's two, sys.stdout.flush */
};

/* Where the library is, or what it is called, then the search path, a line each. No single quotes: a shell has them around it. */
static const char ask[] = "import os, sys, sysconfig as s;"
                          "print(os.path.join(s.get_config_var(\"LIBDIR\"), s.get_config_var(\"INSTSONAME\")),"
                          " *sys.path[1:], sep=\"\\n\")";

static const char prelude[] =
    "import gc, sys\n"
    "class Batch:\n"
    "  def __init__(self, schema, array): self.capsules = schema, array\n"
    "  def __arrow_c_array__(self, requested_schema=None): return self.capsules\n"
    "def load(paths, code):\n"
    "  gc.collect()\n" /* what earlier instances left in cycles */
    "  sys.path[:] = ['', *paths.splitlines()]\n"
    "  names = {'__name__': 'to-python'}\n"
    "  exec(compile(code, 'code', 'exec'), names)\n"
    "  if 'process' not in names: raise ValueError(\"the code defines no function 'process'\")\n"
    "  return Batch, names['process'], names.get('finish', lambda: None), sys.stdout.flush\n";

static tide_status fail(tide_instance *me, tide_status code, const char *text, const char *option) {
  me->host->fail(me->host->context, code, tide_text(text, strlen(text)), tide_text(option, strlen(option)));
  return code;
}

/* Fails with the exception that was raised. */
static tide_status raised(tide_instance *me, const char *option) {
  object *type = NULL, *value = NULL, *trace = NULL, *text;
  const char *said = NULL;
  me->py.PyErr_Fetch(&type, &value, &trace);
  me->py.PyErr_NormalizeException(&type, &value, &trace);
  text = value ? me->py.PyObject_Repr(value) : NULL;
  if (text) said = me->py.PyUnicode_AsUTF8AndSize(text, NULL);
  fail(me, TIDE_E_FATAL, said ? said : "Python raised an exception without a text", option);
  me->py.PyErr_Clear();
  me->py.Py_DecRef(text);
  me->py.Py_DecRef(type);
  me->py.Py_DecRef(value);
  me->py.Py_DecRef(trace);
  return TIDE_E_FATAL;
}

/* Drops the result of a call, or fails with its exception. */
static tide_status result(tide_instance *me, object *value, const char *option) {
  if (!value) return raised(me, option);
  me->py.Py_DecRef(value);
  return TIDE_OK;
}

/* ---- an array and a schema on their way to whoever takes them out of their capsule ---------------------------------------- */

/* Whenever Python lets go of a capsule, also after the instance is gone: nothing but the capsule is known here. */
static void *content(object *capsule, const char *name) {
  void *(*pointer)(object *, const char *);
  *(void **)&pointer = dlsym(RTLD_DEFAULT, "PyCapsule_GetPointer");
  return pointer(capsule, name);
}
static void drop_array(object *capsule) {
  struct ArrowArray *array = content(capsule, "arrow_array");
  if (array->release) array->release(array);
  free(array);
}
static void drop_schema(object *capsule) {
  struct ArrowSchema *schema = content(capsule, "arrow_schema");
  if (schema->release) schema->release(schema);
  free(schema);
}

/* ---- life --------------------------------------------------------------------------------------------------------------- */

static void destroy(tide_instance *me) { free(me); }

static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
  tide_instance *me = calloc(1, sizeof *me);
  (void)component;
  if (me == NULL) return TIDE_E_FATAL;
  me->host = host;
  host->config_string(host->context, "code", &me->code);
  host->config_string(host->context, "python", &me->command);
  me->arrow = host->extension(host->context, TIDE_ARROW);
  if (me->arrow != NULL) {
    *out = me;
    return TIDE_OK;
  }
  fail(me, TIDE_E_UNSUPPORTED, "this host does not export batches (" TIDE_ARROW ")", "");
  destroy(me);
  return TIDE_E_UNSUPPORTED;
}

/* Asks the interpreter for its library and its search path. */
static tide_status ask_python(tide_instance *me, char *answer, size_t room) {
  char line[4096];
  size_t length = 0;
  FILE *pipe;
  if (memchr(me->command.data, '\'', me->command.length) != NULL || me->command.length > 1024)
    return fail(me, TIDE_E_CONFIG, "a path without quotes, of 1024 bytes at most, was expected", "python");
  snprintf(line, sizeof line, "'%.*s' -c '%s'", (int)me->command.length, me->command.data, ask);
  pipe = popen(line, "re");
  if (pipe != NULL) length = fread(answer, 1, room - 1, pipe);
  answer[length] = 0;
  if (pipe == NULL || pclose(pipe) != 0 || strchr(answer, '\n') == NULL)
    return fail(me, TIDE_E_FATAL, "this Python cannot be run; is it installed?", "python");
  return TIDE_OK;
}

static tide_status load_python(tide_instance *me, const char *path) {
  /* The modules that Python loads look for its functions among the global ones. */
  void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (library == NULL && strrchr(path, '/') != NULL) library = dlopen(strrchr(path, '/') + 1, RTLD_NOW | RTLD_GLOBAL);
  if (library == NULL) return fail(me, TIDE_E_FATAL, dlerror(), "python");
#define FIND(RESULT, NAME, ARGUMENTS) \
  if ((*(void **)&me->py.NAME = dlsym(library, #NAME)) == NULL) return fail(me, TIDE_E_FATAL, "Python has no " #NAME, "python");
  PYTHON(FIND)
  if (!me->py.Py_IsInitialized()) { /* once a process, and never undone: other instances may live on */
    me->py.Py_InitializeEx(0);
    me->py.PyEval_SaveThread();
  }
  return TIDE_OK;
}

static tide_status load_code(tide_instance *me, const char *paths) {
  const python *py = &me->py;
  char *code = strndup(me->code.data, me->code.length);
  object *names = py->PyDict_New(), *builtins = py->PyImport_ImportModule("builtins"), *found = NULL;
  tide_status status = result(me, py->PyObject_CallMethod(builtins, "exec", "sO", prelude, names), "");
  if (status == TIDE_OK) found = py->PyObject_CallFunction(py->PyDict_GetItemString(names, "load"), "ss", paths, code);
  if (found != NULL) {
    me->make = py->PySequence_GetItem(found, 0);
    me->process = py->PySequence_GetItem(found, 1);
    me->finish = py->PySequence_GetItem(found, 2);
    me->flush = py->PySequence_GetItem(found, 3);
  }
  if (status == TIDE_OK) status = result(me, found, "code");
  py->Py_DecRef(names);
  py->Py_DecRef(builtins);
  free(code);
  return status;
}

static tide_status open_python(tide_instance *me) {
  char answer[1 << 14], *paths;
  tide_status status = ask_python(me, answer, sizeof answer);
  int state;
  if (status < 0) return status;
  paths = strchr(answer, '\n');
  *paths++ = 0;
  status = load_python(me, answer);
  if (status < 0) return status;
  state = me->py.PyGILState_Ensure();
  status = load_code(me, paths);
  me->py.PyGILState_Release(state);
  return status;
}

static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
  const python *py = &me->py;
  struct ArrowArray *array = calloc(1, sizeof *array);
  struct ArrowSchema *schema = calloc(1, sizeof *schema);
  tide_status status = TIDE_E_RETRY;
  (void)out;
  if (array != NULL && schema != NULL) status = me->arrow->export_batch(me->host->context, in, 0, array, schema);
  if (status < 0) {
    free(array);
    free(schema);
    return status; /* the host has the reason */
  }
  int state = py->PyGILState_Ensure();
  object *first = py->PyCapsule_New(schema, "arrow_schema", drop_schema);
  object *second = py->PyCapsule_New(array, "arrow_array", drop_array);
  object *batch = py->PyObject_CallFunction(me->make, "OO", first, second);
  status = result(me, batch ? py->PyObject_CallFunction(me->process, "O", batch) : NULL, "code");
  py->Py_DecRef(batch);
  py->Py_DecRef(first);
  py->Py_DecRef(second);
  py->PyGILState_Release(state);
  return status;
}

static tide_status flush(tide_instance *me, tide_output *out) {
  int state = me->py.PyGILState_Ensure();
  tide_status status = result(me, me->py.PyObject_CallFunction(me->finish, NULL), "code");
  (void)out;
  me->py.PyGILState_Release(state);
  return status;
}

static void close_python(tide_instance *me) {
  const python *py = &me->py;
  int state = py->PyGILState_Ensure();
  result(me, py->PyObject_CallFunction(me->flush, NULL), ""); /* Python's own end never comes */
  py->Py_DecRef(me->make);
  py->Py_DecRef(me->process);
  py->Py_DecRef(me->finish);
  py->Py_DecRef(me->flush);
  py->PyGILState_Release(state);
}

static const tide_component to_python = {
    .size = sizeof to_python, .id = "to-python", .create = create, .destroy = destroy, .open = open_python, .close = close_python,
    .process = process, .flush = flush};

TIDE_PLUGIN(&to_python);
