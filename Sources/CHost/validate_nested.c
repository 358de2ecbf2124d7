#include "validate.h"

static int is_nested(const tide_column *d) { return d->type == TIDE_LIST || d->type == TIDE_STRUCT; }

/* What stands inside column d. */
static int32_t check_children(const check *c, const tide_column *d) {
  uint64_t at = offset_of(c, &d->first_child);
  uint32_t slots = d->enc == TIDE_CONST ? 1 : d->len;
  if (!is_nested(d))
    return d->first_child || d->nchild ? reject(c, 29, at, "a column of a basic type has columns inside it") : 0;
  if (d->nchild < 1 || (d->type == TIDE_LIST && d->nchild > 1))
    return reject(c, 29, at, "a LIST has not one column inside it, or a STRUCT none");
  if ((int32_t)d->first_child <= c->column || d->first_child < c->f->top ||
      (uint32_t)d->first_child + d->nchild > c->f->cols)
    return reject(c, 29, at, "the columns inside a column do not stand after it and after the event's");
  for (uint32_t i = d->first_child; i < (uint32_t)d->first_child + d->nchild; i++) {
    const tide_column *child = c->columns + i;
    if (child->parent != c->column) return reject(c, 29, offset_of(c, &child->parent), "a column denies what it is inside");
    if (d->type == TIDE_STRUCT && child->len != slots)
      return reject(c, 29, offset_of(c, &child->len), "a field of a STRUCT has not one value for each of it");
  }
  return 0;
}

/* What column d stands inside; every column before it has passed. */
static int32_t check_parent(check *c, const tide_column *d) {
  uint64_t at = offset_of(c, &d->parent);
  uint32_t depth = is_nested(d);
  const tide_column *above = d;
  if (d->parent == TIDE_NONE_COLUMN) return 0;
  if (c->column < (int32_t)c->f->top) return reject(c, 29, at, "a column of the event is inside another");
  if (d->parent >= c->column) return reject(c, 29, at, "a column stands before the one that it is inside");
  above = c->columns + d->parent;
  if (!is_nested(above) || c->column < above->first_child || c->column >= above->first_child + above->nchild)
    return reject(c, 29, at, "a column is inside another that denies it");
  for (depth++; above->parent != TIDE_NONE_COLUMN; above = c->columns + above->parent) depth++;
  if (depth > TIDE_MAX_NESTING) return reject(c, 29, at, "columns are nested more than 16 deep");
  c->nested += d->len;
  if (c->nested > TIDE_MAX_NESTED)
    return reject(c, 29, offset_of(c, &d->len), "the columns inside others hold more than 1048576 values");
  return 0;
}

int32_t tide_check_nesting_(check *c, const tide_column *d) { return check_children(c, d) || check_parent(c, d) ? -1 : 0; }
