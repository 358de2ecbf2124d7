#include "validate.h"

/* Up to this many are compared pair by pair. */
#define PAIRWISE_NAMES 16u

int tide_names_are_plain_(const check *c) {
  const uint8_t *p = c->bytes + c->f->names, *end = p + c->f->names_len;
  uint64_t wrong = 0, word;
  if (c->f->names_len > c->f->cols * TIDE_MAX_NAME) return 0; /* not all of it is names */
  for (; end - p >= 8; p += 8) {
    word = tide_load_u64_(p);
    wrong |= word | (word - 0x0101010101010101u); /* the highest bit of each byte from 0x80 on, and of zero */
  }
  for (; p < end; p++) wrong |= *p == 0 ? 0x80u : *p;
  return (wrong & 0x8080808080808080u) == 0;
}

/* A number that is the same for names that are the same. */
static uint64_t print_of(const check *c, const tide_column *d) {
  const uint8_t *p = c->bytes + d->name;
  uint32_t length = d->name_len;
  if (length >= 8) return tide_load_u64_(p) + tide_load_u64_(p + length - 8) * TIDE_XXH_P1_;
  if (length >= 4) return (uint32_t)tide_load_i32_(p) + (uint32_t)tide_load_i32_(p + length - 4) * TIDE_XXH_P1_;
  return (uint64_t)p[0] << 16 | (uint64_t)p[length / 2] << 8 | p[length - 1];
}

static int order_names(const check *c, uint32_t a, uint32_t b) {
  const tide_column *x = c->columns + a, *y = c->columns + b;
  if (x->name_len != y->name_len) return x->name_len < y->name_len ? -1 : 1;
  return memcmp(c->bytes + x->name, c->bytes + y->name, x->name_len);
}

static void sift_down(const check *c, uint16_t *heap, uint32_t at, uint32_t count) {
  for (;;) {
    uint32_t child = 2 * at + 1;
    if (child >= count) return;
    if (child + 1 < count && order_names(c, heap[child], heap[child + 1]) < 0) child++;
    if (order_names(c, heap[at], heap[child]) >= 0) return;
    uint16_t swap = heap[at];
    heap[at] = heap[child];
    heap[child] = swap;
    at = child;
  }
}

static int32_t reject_name(check *c, uint32_t column) {
  c->column = (int32_t)column;
  return reject(c, 12, c->columns[column].name, "two columns have the same name");
}

/* Rule 12's uniqueness of `count` columns from `first` on. A heap sort keeps the worst case at n log n whatever the names
 * are. */
static int32_t check_unique(check *c, uint32_t first, uint32_t all) {
  uint16_t order[TIDE_MAX_COLUMNS];
  uint32_t count = 0;
  for (uint32_t i = first; i < first + all; i++)
    if (c->columns[i].name_len) order[count++] = (uint16_t)i;
  if (count <= PAIRWISE_NAMES) {
    uint64_t prints[PAIRWISE_NAMES];
    for (uint32_t i = 0; i < count; i++) {
      prints[i] = print_of(c, c->columns + order[i]);
      for (uint32_t k = 0; k < i; k++)
        if (prints[k] == prints[i] && order_names(c, order[i], order[k]) == 0) return reject_name(c, order[i]);
    }
    return 0;
  }
  for (uint32_t i = count / 2; i-- > 0;) sift_down(c, order, i, count);
  for (uint32_t end = count - 1; end > 0; end--) {
    uint16_t largest = order[0];
    order[0] = order[end];
    order[end] = largest;
    sift_down(c, order, 0, end);
    if (end + 1 < count && order_names(c, order[end], order[end + 1]) == 0) return reject_name(c, order[end + 1]);
  }
  return order_names(c, order[0], order[1]) == 0 ? reject_name(c, order[1]) : 0;
}

int32_t tide_check_unique_names_(check *c) {
  if (check_unique(c, 0, c->f->top)) return -1;
  for (uint32_t i = 0; i < c->f->cols; i++)
    if (c->columns[i].type == TIDE_STRUCT && check_unique(c, c->columns[i].first_child, c->columns[i].nchild)) return -1;
  c->column = -1;
  return 0;
}
