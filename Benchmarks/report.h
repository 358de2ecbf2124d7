/* The file that a measuring sink writes what it has counted to. */
#ifndef TIDEMILL_BENCH_REPORT_H
#define TIDEMILL_BENCH_REPORT_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tidemill/plugin.h>
#include <tidemill/simple.h>

/* Opens the file of that path, calls `write`, which answers 0 when all is written, and closes it. */
static tide_status bench_report(const tide_host *host, tide_string at, int (*write)(const tide_instance *, FILE *),
                                const tide_instance *me) {
  char path[4096];
  FILE *file;
  int failed;
  snprintf(path, sizeof path, "%.*s", (int)at.length, at.data);
  file = fopen(path, "w");
  if (file == NULL) return tide_fail(host, TIDE_E_FATAL, "report", "%s: %s", path, strerror(errno));
  failed = write(me, file);
  if (fclose(file) != 0 || failed) return tide_fail(host, TIDE_E_FATAL, "report", "%s: %s", path, strerror(errno));
  return TIDE_OK;
}

#endif
