/* The yardstick of a call through the plugin interface: the same functions of the same plugin, called by pointer in a loop.
 *   cc -O2 -Iinclude -o indirect Benchmarks/calls/indirect.c -ldl
 *   indirect CALLS PLUGIN
 * Prints the CPU seconds of so many calls of `discard`, which takes a batch and does nothing.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <tidemill/plugin.h>

#include "../timing.h"

int main(int argc, char **argv) {
  const tide_plugin *(*entry)(uint32_t);
  const tide_component *component, *volatile *volatile reader = &component;
  void *library = argc == 3 ? dlopen(argv[2], RTLD_NOW) : NULL;
  unsigned long long calls, k;
  tide_status status = TIDE_OK;
  tide_batch batch;
  double start;
  if (library == NULL) return 2;
  *(void **)(void *)&entry = dlsym(library, "tidemill_plugin_1");
  if (entry == NULL) return 1;
  component = entry(TIDE_ABI_MINOR)->components[entry(TIDE_ABI_MINOR)->count - 1];
  if (strcmp(component->id, "discard") != 0) return 1;
  memset(&batch, 0, sizeof batch);
  calls = strtoull(argv[1], NULL, 10);
  start = thread_seconds();
  for (k = 0; k < calls; k++) status |= (*reader)->process(NULL, &batch, NULL);
  printf("%.6f\n", thread_seconds() - start);
  return status;
}
