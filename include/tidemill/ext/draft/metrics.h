/* tide.metrics/1 (draft): a plugin's own counters, gauges and histograms in the host's exposition. */
#ifndef TIDEMILL_EXT_METRICS_H
#define TIDEMILL_EXT_METRICS_H

#include "../../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_METRICS "tide.metrics/1"

typedef struct tide_metric tide_metric;

#define TIDE_METRIC_COUNTER 0u
#define TIDE_METRIC_GAUGE 1u
#define TIDE_METRIC_HISTOGRAM 2u

typedef struct tide_metrics {
  uint32_t size;
  uint32_t reserved;
  /* Declares a metric under a name in the form of OpenMetrics, without prefix; it lives as long as the instance. [control] */
  tide_status (*declare)(void *context, uint32_t kind, tide_string name, tide_string help, tide_string unit, tide_metric **out);
  void (*add)(tide_metric *metric, double value);    /* counters, gauges; [any] */
  void (*set)(tide_metric *metric, double value);    /* gauges; [any] */
  void (*record)(tide_metric *metric, double value); /* histograms; [any] */
} tide_metrics;

#ifdef __cplusplus
}
#endif
#endif
