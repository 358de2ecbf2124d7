#define _GNU_SOURCE 1
#include "../CAudit/include/tide_audit.h" /* the library is found at run time, or is not there */
#include "tide_worker.h"

#include <dlfcn.h>
#include <malloc.h>
#include <string.h>

typedef void (*begin_function)(void);
typedef void (*end_function)(struct tidemill_audit *);

static begin_function begin;
static end_function end;

int tide_worker_can_count(void) {
  void *found = dlsym(RTLD_DEFAULT, "tidemill_audit_begin");
  memcpy(&begin, &found, sizeof begin);
  found = dlsym(RTLD_DEFAULT, "tidemill_audit_end");
  memcpy(&end, &found, sizeof end);
  return begin != NULL && end != NULL;
}

void tide_worker_count_on(void) { begin(); }

void tide_worker_count_off(tide_worker_counts *sum) {
  struct tidemill_audit window;
  window.size = (uint32_t)sizeof window;
  end(&window);
  sum->allocations += window.allocations;
  sum->locks += window.locks;
  sum->syscalls += window.syscalls;
  for (int kind = 0; kind < 3; kind++)
    if (sum->first[kind][0] == 0) memcpy(sum->first[kind], window.first[kind], TIDE_WORKER_NAME_BYTES);
}

uint64_t tide_worker_heap_bytes(void) {
  struct mallinfo2 all = mallinfo2();
  return (uint64_t)all.uordblks + (uint64_t)all.hblkhd;
}
