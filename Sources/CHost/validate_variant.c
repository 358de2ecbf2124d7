#include "tide_utf8.h"
#include "tide_validate.h"

/* Parquet Variant, github.com/apache/parquet-format/blob/master/VariantEncoding.md. */

#define METADATA_VERSION 1u
#define METADATA_SORTED 0x10u
#define KIND_PRIMITIVE 0u
#define KIND_SHORT_STRING 1u
#define KIND_OBJECT 2u
#define PRIMITIVE_TYPES 21u
#define DECIMAL_SCALE_MAX 38u

/* Bytes after the first one of each primitive type; BINARY and STRING carry a length of four bytes. */
#define PRIMITIVE_DECIMAL4 8u
#define PRIMITIVE_DECIMAL16 10u
#define PRIMITIVE_BINARY 15u
#define PRIMITIVE_STRING 16u
static const uint8_t primitive_size[PRIMITIVE_TYPES] = {0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 4, 4, 8, 8, 8, 16};

static uint32_t load(const uint8_t *p, uint32_t width) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < width; i++) value |= (uint32_t)p[i] << (8 * i);
  return value;
}

const char *tide_variant_check_keys(const uint8_t *metadata, uint64_t length, uint32_t *keys) {
  uint32_t width, count, from, to;
  const uint8_t *offsets, *text, *last = NULL;
  uint64_t head, room, last_length = 0;
  *keys = 0;
  if (length < 1) return "a VARIANT's key dictionary is empty";
  if ((metadata[0] & 0x0F) != METADATA_VERSION) return "a VARIANT's key dictionary has another version than 1";
  if ((metadata[0] & METADATA_SORTED) == 0) return "a VARIANT's key dictionary does not say that its keys are sorted";
  width = (metadata[0] >> 6) + 1u;
  if (length < 1 + width) return "a VARIANT's key dictionary ends before its count";
  count = load(metadata + 1, width);
  head = 1 + (uint64_t)width * ((uint64_t)count + 2);
  if (head > length) return "a VARIANT's key dictionary ends before its offsets";
  offsets = metadata + 1 + width;
  text = metadata + head;
  room = length - head;
  from = load(offsets, width);
  if (from != 0) return "the first offset of a VARIANT's key dictionary is not 0";
  for (uint32_t i = 0; i < count; i++) {
    offsets += width;
    to = load(offsets, width);
    if (to < from || to > room) return "an offset of a VARIANT's key dictionary goes back or leaves it";
    if (tide_utf8_prefix(text + from, to - from, NULL) != to - from) return "a VARIANT's key is not UTF-8";
    if (last != NULL) {
      uint64_t shared = last_length < to - from ? last_length : to - from;
      int order = memcmp(last, text + from, (size_t)shared);
      if (order > 0 || (order == 0 && last_length >= to - from)) return "a VARIANT's keys are not strictly ascending";
    }
    last = text + from;
    last_length = to - from;
    from = to;
  }
  if (from != room) return "a VARIANT's key dictionary has bytes that belong to no key";
  *keys = count;
  return NULL;
}

/* A container whose children are being visited. */
typedef struct level {
  const uint8_t *ids;     /* NULL for an array */
  const uint8_t *offsets; /* of the next child */
  const uint8_t *values;
  uint32_t id_width, offset_width;
  uint32_t left;     /* children to visit */
  uint32_t least_id; /* the next id must not be below this */
  uint64_t size;     /* bytes of all values */
  uint64_t unseen;   /* of those, bytes of children not yet visited */
} level;

/* Reads the head of the container at `at`, of which `room` bytes may be read. */
static const char *open_container(const uint8_t *at, uint64_t room, level *into, uint64_t *size) {
  uint32_t bits = at[0] >> 2, is_object = (at[0] & 3u) == KIND_OBJECT;
  uint32_t large = is_object ? bits >> 4 & 1u : bits >> 2 & 1u, count_width = large ? 4 : 1;
  uint64_t head;
  if (bits & (is_object ? 0x20u : 0x38u)) return "a VARIANT's container sets bits that have no meaning";
  if (room < 1 + count_width) return "a VARIANT's container ends before its count";
  into->left = load(at + 1, count_width);
  if (into->left > TIDE_VARIANT_ELEMENTS) return "a VARIANT's container has more than 65536 elements";
  into->offset_width = (bits & 3u) + 1;
  into->id_width = is_object ? (bits >> 2 & 3u) + 1 : 0;
  head = 1 + count_width + (uint64_t)into->left * into->id_width + ((uint64_t)into->left + 1) * into->offset_width;
  if (head > room) return "a VARIANT's container ends before its offsets";
  into->ids = is_object ? at + 1 + count_width : NULL;
  into->offsets = at + 1 + count_width + (uint64_t)into->left * into->id_width;
  into->values = at + head;
  into->least_id = 0;
  into->size = into->unseen = load(into->offsets + (uint64_t)into->left * into->offset_width, into->offset_width);
  if (into->size > room - head) return "a VARIANT's container is longer than what holds it";
  *size = head + into->size;
  return NULL;
}

/* Checks the scalar at `at`, of which `room` > 0 bytes may be read, and gives its size. */
static const char *check_scalar(const uint8_t *at, uint64_t room, uint64_t *size) {
  uint32_t type = at[0] >> 2;
  uint64_t text = 0;
  if ((at[0] & 3u) == KIND_SHORT_STRING) {
    if (type > room - 1) return "a VARIANT's string is longer than what holds it";
    if (tide_utf8_prefix(at + 1, type, NULL) != type) return "a VARIANT's string is not UTF-8";
    *size = 1 + type;
    return NULL;
  }
  if (type >= PRIMITIVE_TYPES) return "a VARIANT holds a value of an unknown type";
  if (primitive_size[type] > room - 1) return "a VARIANT's value is longer than what holds it";
  if (type >= PRIMITIVE_DECIMAL4 && type <= PRIMITIVE_DECIMAL16 && at[1] > DECIMAL_SCALE_MAX)
    return "a VARIANT's decimal has a scale above 38";
  if (type == PRIMITIVE_BINARY || type == PRIMITIVE_STRING) {
    text = load(at + 1, 4);
    if (text > room - 5) return "a VARIANT's string is longer than what holds it";
    if (type == PRIMITIVE_STRING && tide_utf8_prefix(at + 5, text, NULL) != text) return "a VARIANT's string is not UTF-8";
  }
  *size = 1 + primitive_size[type] + text;
  return NULL;
}

const char *tide_variant_check(const uint8_t *value, uint64_t length, uint32_t keys) {
  level levels[TIDE_VARIANT_DEPTH];
  uint32_t depth = 0;
  const uint8_t *at = value;
  uint64_t room = length, size;
  const char *wrong;
  if (length == 0) return "a VARIANT's value is empty";
  for (;;) {
    if ((at[0] & 3u) >= KIND_OBJECT) {
      if (depth == TIDE_VARIANT_DEPTH) return "a VARIANT is nested more than 64 deep";
      wrong = open_container(at, room, &levels[depth], &size);
    } else {
      wrong = check_scalar(at, room, &size);
    }
    if (wrong) return wrong;
    if (depth == 0) {
      if (size != length) return "a VARIANT's value does not fill its slot";
    } else {
      level *parent = &levels[depth - 1];
      /* Children that add up to their parent's size bound the work, even where they overlap. */
      if (size > parent->unseen) return "the children of a VARIANT's container overlap";
      parent->unseen -= size;
    }
    if ((at[0] & 3u) >= KIND_OBJECT) depth++;

    while (depth > 0 && levels[depth - 1].left == 0) {
      if (levels[depth - 1].unseen != 0) return "a VARIANT's container has bytes that belong to no child";
      depth--;
    }
    if (depth == 0) return NULL;

    level *l = &levels[depth - 1];
    uint64_t offset = load(l->offsets, l->offset_width);
    if (l->ids) {
      uint32_t id = load(l->ids, l->id_width);
      if (id >= keys) return "a VARIANT's object names a key that the dictionary lacks";
      if (id < l->least_id) return "the keys of a VARIANT's object are not strictly ascending";
      l->least_id = id + 1;
      l->ids += l->id_width;
    }
    if (offset >= l->size) return "an offset of a VARIANT's container leaves it";
    l->offsets += l->offset_width;
    l->left--;
    at = l->values + offset;
    room = l->size - offset;
  }
}
