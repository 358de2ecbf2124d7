/* Exports of frames that hold every type, under sanitizers: each value, each order of release. Arguments: how many seeds. */
#include <stdlib.h>
#include <string.h>

#include "arrow_check.h"
#include "arrow_frames.h"
#include "tide_validate.h"

#define ROWS 400u

/* The first buffers that lie outside of the frame: what was copied. */
static uint64_t copied(const struct ArrowArray *a, const kept_frame *keeper, uint64_t length) {
  uint64_t outside = 0;
  for (int64_t k = 0; k < a->n_buffers; k++) {
    const uint8_t *p = a->buffers[k];
    outside += p != NULL && (p < keeper->bytes || p >= keeper->bytes + length);
  }
  for (int64_t k = 0; k < a->n_children; k++) outside += copied(a->children[k], keeper, length);
  return outside + (a->dictionary ? copied(a->dictionary, keeper, length) : 0);
}

static void check_copies(const tide_frame *f) {
  static const char *const made[] = {"tidemill.id", "tidemill.ingest_time", "source", "tidemill.rest"};
  struct ArrowArray array;
  struct ArrowSchema schema;
  kept_frame keeper;
  uint16_t run[100];
  for (uint32_t i = 0; i < 100; i++) run[i] = (uint16_t)(i + 7);
  for (int round = 0; round < 2; round++) {
    KEPT(check_export(f, round ? run : NULL, round ? 100 : f->rows, 0, &keeper, &array, &schema) == TIDE_OK);
    for (int64_t k = 0; k < array.n_children; k++) {
      int is_made = 0;
      for (uint32_t m = 0; m < 4; m++) is_made |= strcmp(schema.children[k]->name, made[m]) == 0;
      /* Of the rest only the codes of its keys are made. */
      KEPT(copied(array.children[k], &keeper, f->frame_len) == (is_made ? 1u : 0u));
    }
    array.release(&array);
    schema.release(&schema);
    KEPT(keeper.dropped == 1);
  }
}

/* Each order in which the four parts of an export can go: the struct, a list, a dictionary and what is left of its column. */
static void check_orders(const tide_frame *f) {
  for (uint32_t order = 0; order < 24; order++) {
    struct ArrowArray parts[4];
    struct ArrowSchema schema;
    kept_frame keeper;
    uint32_t left[4] = {0, 1, 2, 3}, number = order;
    int64_t list = -1, key = -1;
    KEPT(check_export(f, NULL, f->rows, 0, &keeper, &parts[0], &schema) == TIDE_OK);
    for (int64_t k = 0; k < schema.n_children; k++) {
      if (strcmp(schema.children[k]->name, "list") == 0) list = k;
      if (strcmp(schema.children[k]->name, "key") == 0) key = k;
    }
    KEPT(list >= 0 && key >= 0);
    parts[1] = *parts[0].children[list]->children[0];
    parts[0].children[list]->children[0]->release = NULL;
    parts[2] = *parts[0].children[key];
    parts[0].children[key]->release = NULL;
    parts[3] = *parts[2].dictionary;
    parts[2].dictionary->release = NULL;
    schema.release(&schema);
    for (uint32_t k = 4; k > 0; k--) {
      uint32_t at = number % k;
      number /= k;
      KEPT(keeper.dropped == 0 && parts[left[at]].release != NULL);
      parts[left[at]].release(&parts[left[at]]);
      KEPT(parts[left[at]].release == NULL);
      left[at] = left[k - 1];
    }
    KEPT(keeper.dropped == 1);
  }
}

static void check_refusals(const tide_frame *f, const tide_frame *shared) {
  struct ArrowArray array;
  struct ArrowSchema schema;
  kept_frame keeper;
  KEPT(check_export(f, NULL, f->rows, 2, &keeper, &array, &schema) == TIDE_E_UNSUPPORTED);
  KEPT(check_export(f, NULL, 0, 0, &keeper, &array, &schema) == TIDE_OK && array.length == 0);
  array.release(&array);
  schema.release(&schema);
  KEPT(keeper.dropped == 1);
  /* A text of 8 KiB that 65,536 rows share: a byte a row, or 512 MiB. */
  KEPT(check_export(shared, NULL, shared->rows, 0, &keeper, &array, &schema) == TIDE_OK);
  array.release(&array);
  schema.release(&schema);
  KEPT(check_export(shared, NULL, shared->rows, TIDE_ARROW_PLAIN, &keeper, &array, &schema) == TIDE_E_UNSUPPORTED);
}

int main(int argc, char **argv) {
  uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 10, length, shared_length;
  uint8_t *types = all_types(ROWS, &length), *constants = all_constants(ROWS, &shared_length), *shared = shared_text();
  tide_validation why;
  KEPT(tide_validate(types, length, TIDE_FRAME_HARD_LIMIT, &why) == 0);
  if (tide_validate(constants, shared_length, TIDE_FRAME_HARD_LIMIT, &why)) {
    fprintf(stderr, "rule %u, column %d: %s\n", why.rule, why.column, why.reason);
    return 1;
  }
  const tide_frame *f = (const tide_frame *)(const void *)types, *g = (const tide_frame *)(const void *)constants;
  check_copies(f);
  check_orders(f);
  check_refusals(f, (const tide_frame *)(const void *)shared);
  for (uint64_t seed = 1; seed <= seeds; seed++) {
    check_frame(f, seed);
    check_frame(g, seed);
  }
  free(types);
  free(constants);
  free(shared);
  printf("%llu seeds, every promise kept\n", (unsigned long long)seeds);
  return 0;
}
