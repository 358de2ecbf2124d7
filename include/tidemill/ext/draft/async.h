/* tide.async/1 (draft): operators that ask somebody outside and answer later, in order or not, with bounded requests in flight. */
#ifndef TIDEMILL_EXT_ASYNC_H
#define TIDEMILL_EXT_ASYNC_H

#include "../../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIDE_ASYNC "tide.async/1"

typedef struct tide_async {
  uint32_t size;
  uint32_t reserved;
  /* Announces a request about rows of a batch and keeps the batch; *ticket names it. The host holds the watermark back until
   * the request is completed. TIDE_E_RETRY when as many as allowed are in flight. [worker] in process */
  tide_status (*request)(void *context, const tide_batch *batch, int64_t deadline_ns, uint64_t *ticket);
  /* The answer is there: the host calls poll, where the plugin emits it and then calls finish. [any] */
  void (*complete)(void *context, uint64_t ticket);
  /* Everything about the ticket was emitted. [worker] in poll */
  tide_status (*finish)(tide_output *out, uint64_t ticket);
} tide_async;

#ifdef __cplusplus
}
#endif
#endif
