#include "tide_envelope.h"
#include "tide_schema.h"
#include "validate.h"

#define ROLE_COUNT 8u
#define FIELD(name) __builtin_offsetof(tide_frame, name)

/* Rules 2..5, of every kind of frame. */
static int32_t check_envelope(check *c, uint64_t available, uint64_t limit) {
  const tide_frame *f = c->f;
  tide_frame header;
  if (tide_envelope_read(c->bytes, limit, &header, c->why)) return -1;
  if (f->codec != TIDE_CODEC_NONE) return reject(c, 5, FIELD(codec), "the frame is compressed");
  if (f->frame_len > available) return reject(c, 3, FIELD(frame_len), "frame_len is more than the bytes at hand");
  c->length = f->frame_len;
  if (f->flags & TIDE_FLAG_BODY_CRC && tide_envelope_body_crc(c->bytes, f) != f->body_crc)
    return reject(c, 5, FIELD(body_crc), "the content's checksum does not match");
  return 0;
}

/* Rule 6, of a frame that carries no rows. */
static int32_t check_control(const check *c) {
  const tide_control *control = (const tide_control *)(const void *)c->bytes;
  if (c->f->header_len != TIDE_FRAME_HEADER)
    return reject(c, 6, FIELD(header_len), "a control frame's header is not 128 bytes");
  if (c->f->kind == TIDE_KIND_PAD) return 0;
  if (c->length != TIDE_FRAME_HEADER) return reject(c, 6, FIELD(frame_len), "a control frame is not 128 bytes");
  for (uint32_t i = 0; i < sizeof control->reserved; i++)
    if (control->reserved[i])
      return reject(c, 6, offset_of(c, control->reserved + i), "reserved bytes of a control frame are not zero");
  return 0;
}

/* Rules 7..9. */
static int32_t check_structure(check *c) {
  const tide_frame *f = c->f;
  if (f->rows < 1 || f->rows > TIDE_MAX_ROWS) return reject(c, 7, FIELD(rows), "rows is not between 1 and 65536");
  if (f->cols > TIDE_MAX_COLUMNS) return reject(c, 7, FIELD(cols), "there are more than 4096 descriptors");
  if (f->top < 1 || f->top > f->cols) return reject(c, 7, FIELD(top), "there are no columns, or more than descriptors");
  if (f->desc % 8 || f->desc < f->header_len)
    return reject(c, 8, FIELD(desc), "the descriptors are misaligned or in the header");
  c->floor = (uint64_t)f->desc + (uint64_t)f->cols * sizeof(tide_column);
  if (c->floor > c->length) return reject(c, 8, FIELD(desc), "the descriptors leave the frame");
  if ((f->names_len && f->names < f->header_len) || (uint64_t)f->names + f->names_len > c->length)
    return reject(c, 9, FIELD(names), "the names leave the frame");
  if (f->names_len && f->names < c->floor && (uint64_t)f->names + f->names_len > f->desc)
    return reject(c, 9, FIELD(names), "the names overlap the descriptors");
  c->columns = (const tide_column *)(const void *)(c->bytes + f->desc);
  c->names_are_plain = tide_names_are_plain_(c);
  return 0;
}

static int fits_role(uint32_t type, uint32_t role) {
  switch (role) {
  case TIDE_ROLE_EVENT_TIME:
  case TIDE_ROLE_INGEST_TIME: return type == TIDE_TIME;
  case TIDE_ROLE_HEADERS:
  case TIDE_ROLE_REST: return type == TIDE_VARIANT;
  default: return type != TIDE_VARIANT && type != TIDE_LIST && type != TIDE_STRUCT;
  }
}

/* Rule 10: the header's table and the descriptors name each other. */
static int32_t check_roles(check *c) {
  const tide_frame *f = c->f;
  for (uint32_t role = 0; role < ROLE_COUNT; role++) {
    uint8_t at = f->role[role];
    if (at == TIDE_NONE_ROLE) continue;
    if (at >= f->top) return reject(c, 10, FIELD(role) + role, "a role points at no column");
    c->column = at;
    if (c->columns[at].role != role) return reject(c, 10, FIELD(role) + role, "a role points at a column that denies it");
    if (!fits_role(c->columns[at].type, role))
      return reject(c, 10, FIELD(role) + role, "a column's type does not fit its role");
  }
  for (uint32_t i = 0; i < f->cols; i++) {
    uint32_t role = c->columns[i].role;
    c->column = (int32_t)i;
    if (role != TIDE_NONE_ROLE && (i >= f->top || role >= ROLE_COUNT || f->role[role] != i))
      return reject(c, 10, offset_of(c, &c->columns[i].role), "a descriptor has a role that the header does not give it");
  }
  c->column = -1;
  return 0;
}

/* Rules 33 and 34: the columns that ride beside the event's own. */
static int32_t check_riders(check *c) {
  const tide_frame *f = c->f;
  const tide_column *d;
  c->column = -1;
  if (f->row_wm) {
    if (f->row_wm < f->top || f->row_wm >= f->cols)
      return reject(c, 33, FIELD(row_wm), "the row watermark is no descriptor after the columns");
    c->column = f->row_wm;
    d = c->columns + f->row_wm;
    if (d->type != TIDE_I64 || d->len != f->rows || d->parent != TIDE_NONE_COLUMN)
      return reject(c, 33, offset_of(c, d), "the row watermark is not one I64 a row, flat or constant");
  }
  if (f->verbatim) {
    c->column = -1;
    if (f->verbatim < f->top || f->verbatim >= f->cols)
      return reject(c, 34, FIELD(verbatim), "the verbatim records are no descriptor after the columns");
    c->column = f->verbatim;
    d = c->columns + f->verbatim;
    if (d->type != TIDE_BINARY || d->enc != TIDE_FLAT || d->len != f->rows || d->parent != TIDE_NONE_COLUMN)
      return reject(c, 34, offset_of(c, d), "the verbatim records are not one flat BINARY a row");
  }
  return 0;
}

/* Rule 32. */
static int32_t check_time_range(check *c) {
  int64_t low = 0, high = 0, value;
  int32_t column = tide_role(c->f, TIDE_ROLE_EVENT_TIME);
  c->column = column;
  if (column >= 0) {
    const tide_column *d = c->columns + column;
    const int64_t *times = tide_time_vec(c->f, column);
    uint32_t count = d->enc == TIDE_CONST ? 1 : c->f->rows;
    if (d->nulls) return reject(c, 32, offset_of(c, &d->nulls), "an event time is null");
    if (times && tide_is_time_range_(times, count, c->f->tmin, c->f->tmax)) return 0;
    low = high = tide_i64(c->f, column, 0);
    if (times) tide_time_range_(times, count, &low, &high);
    for (uint32_t i = 1; !times && i < count; i++) {
      value = tide_i64(c->f, column, i);
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
  }
  if (c->f->tmin != low) return reject(c, 32, FIELD(tmin), "tmin is not the least event time");
  if (c->f->tmax != high) return reject(c, 32, FIELD(tmax), "tmax is not the greatest event time");
  return 0;
}

/* Rule 29, and the part of rule 12 that names lie in the frame: what walking the schema needs. */
static int32_t check_shape(check *c) {
  for (uint32_t i = 0; i < c->f->cols; i++) {
    const tide_column *d = c->columns + i;
    c->column = (int32_t)i;
    if ((uint64_t)d->name + d->name_len > c->length)
      return reject(c, 12, offset_of(c, &d->name), "a column's name leaves the frame");
    if (tide_check_nesting_(c, d)) return -1;
  }
  c->column = -1;
  return 0;
}

int32_t tide_validate_head(const uint8_t *bytes, uint64_t available, uint64_t limit, tide_validation *why) {
  check c = {.bytes = bytes, .f = (const tide_frame *)(const void *)bytes, .column = -1, .why = why};
  int32_t time;
  if (why) *why = (tide_validation){.column = -1, .reason = ""};
  if (available < TIDE_FRAME_HEADER) return reject(&c, 1, 0, "there are fewer than 128 bytes");
  if (check_envelope(&c, available, limit)) return -1;
  if (c.f->kind != TIDE_KIND_DATA && c.f->kind != TIDE_KIND_ERROR)
    return reject(&c, 6, FIELD(kind), "the frame carries no rows");
  if (check_structure(&c) || check_roles(&c) || check_shape(&c) || check_riders(&c)) return -1;
  time = tide_role(c.f, TIDE_ROLE_EVENT_TIME);
  if (time < 0) return 0;
  c.column = time;
  return tide_check_column_(&c, c.columns + time);
}

int32_t tide_validate_from(const uint8_t *bytes, uint64_t available, uint64_t limit, tide_interner *peer, tide_validation *why) {
  check c = {.bytes = bytes, .f = (const tide_frame *)(const void *)bytes, .column = -1, .why = why};
  int known = 0;
  if (why) *why = (tide_validation){.column = -1, .reason = ""};
  if (available < TIDE_FRAME_HEADER) return reject(&c, 1, 0, "there are fewer than 128 bytes");
  if ((uintptr_t)bytes % 8) return reject(&c, 1, 0, "the frame is not 8-byte aligned in memory");
  if (check_envelope(&c, available, limit)) return -1;
  switch (c.f->kind) {
  case TIDE_KIND_DATA:
  case TIDE_KIND_ERROR: break;
  case TIDE_KIND_WATERMARK:
  case TIDE_KIND_BARRIER:
  case TIDE_KIND_EOS:
  case TIDE_KIND_IDLE:
  case TIDE_KIND_PAD: return check_control(&c);
  default: return reject(&c, 6, FIELD(kind), "the frame has an unknown kind");
  }
  if (check_structure(&c) || check_roles(&c)) return -1;
  for (uint32_t i = 0; i < c.f->cols; i++) {
    c.column = (int32_t)i;
    if (tide_check_column_(&c, c.columns + i)) return -1;
    if (c.referenced > c.length)
      return reject(&c, 31, offset_of(&c, c.columns + i), "the buffers add up to more than the frame");
  }
  c.column = -1;
  if (peer && c.f->schema_id && (known = tide_interner_knows_(peer, c.f)) < 0)
    return reject(&c, 36, FIELD(schema_id), "schema_id stands for other columns");
  if ((!known && tide_check_unique_names_(&c)) || check_riders(&c) || tide_check_variants_(&c)) return -1;
  if (check_time_range(&c)) return -1;
  c.column = -1;
  if (peer && c.f->schema_id && !known) {
    const char *wrong = tide_interner_add_(peer, c.f);
    if (wrong) return reject(&c, 36, FIELD(schema_id), wrong);
  }
  return 0;
}

int32_t tide_validate(const uint8_t *bytes, uint64_t available, uint64_t limit, tide_validation *why) {
  return tide_validate_from(bytes, available, limit, NULL, why);
}
