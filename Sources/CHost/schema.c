#include "tide_schema.h"

#include <stdlib.h>

/* XXH64 of a text that comes in pieces: full blocks of 32 bytes are consumed, the rest waits in `tail`. */
typedef struct hash {
  uint64_t lanes[4];
  uint64_t length;
  uint8_t tail[32];
  uint32_t waiting;
} hash;

static void hash_block(hash *h, const uint8_t *block) {
  for (int i = 0; i < 4; i++) h->lanes[i] = tide_xxh_round_(h->lanes[i], tide_load_u64_(block + 8 * i));
}

static void hash_add(hash *h, const uint8_t *bytes, uint32_t length) {
  h->length += length;
  while (length > 0) {
    uint32_t piece = 32 - h->waiting < length ? 32 - h->waiting : length;
    memcpy(h->tail + h->waiting, bytes, piece);
    h->waiting += piece;
    bytes += piece;
    length -= piece;
    if (h->waiting == 32) {
      hash_block(h, h->tail);
      h->waiting = 0;
    }
  }
}

static uint64_t hash_end(const hash *h) {
  const uint8_t *p = h->tail, *end = p + h->waiting;
  uint64_t x = h->lanes[2] + TIDE_XXH_P5_; /* lane 2 starts as the seed */
  if (h->length >= 32) {
    x = tide_rotl_(h->lanes[0], 1) + tide_rotl_(h->lanes[1], 7) + tide_rotl_(h->lanes[2], 12) + tide_rotl_(h->lanes[3], 18);
    for (int i = 0; i < 4; i++) x = tide_xxh_merge_(x, h->lanes[i]);
  }
  x += h->length;
  for (; end - p >= 8; p += 8) x = tide_rotl_(x ^ tide_xxh_round_(0, tide_load_u64_(p)), 27) * TIDE_XXH_P1_ + TIDE_XXH_P4_;
  if (end - p >= 4) {
    uint32_t half;
    memcpy(&half, p, 4);
    x = tide_rotl_(x ^ half * TIDE_XXH_P1_, 23) * TIDE_XXH_P2_ + TIDE_XXH_P3_;
    p += 4;
  }
  for (; p < end; p++) x = tide_rotl_(x ^ *p * TIDE_XXH_P5_, 11) * TIDE_XXH_P1_;
  x = (x ^ (x >> 33)) * TIDE_XXH_P2_;
  x = (x ^ (x >> 29)) * TIDE_XXH_P3_;
  return x ^ (x >> 32);
}

/* What is done with the text of a schema, piece by piece. */
typedef struct schema_sink {
  hash hash;
  const uint8_t *expected; /* what the text has to be, NULL = anything */
  uint64_t left;           /* bytes of it that have not come */
  uint8_t *copy;           /* where it goes, NULL = nowhere */
  uint64_t length;
  int differs;
} schema_sink;

static void take(schema_sink *s, const uint8_t *bytes, uint32_t length) {
  s->length += length;
  if (s->expected) {
    s->differs = s->differs || length > s->left || memcmp(s->expected, bytes, length) != 0;
    if (s->differs) return;
    s->expected += length;
    s->left -= length;
  } else if (s->copy) {
    memcpy(s->copy, bytes, length);
    s->copy += length;
  } else {
    hash_add(&s->hash, bytes, length);
  }
}

static void take_columns(schema_sink *s, const tide_frame *f, uint32_t first, uint32_t count) {
  for (uint32_t c = first; c < first + count && !s->differs; c++) {
    const tide_column *d = tide_col(f, (int32_t)c);
    uint8_t head[9] = {d->role, d->type, (uint8_t)d->param, (uint8_t)(d->param >> 8), d->flags & TIDE_NULLABLE ? 1 : 0,
                       (uint8_t)d->name_len, (uint8_t)(d->name_len >> 8), (uint8_t)d->nchild, (uint8_t)(d->nchild >> 8)};
    take(s, head, 7);
    take(s, tide_at(f, d->name), d->name_len);
    if (d->type != TIDE_LIST && d->type != TIDE_STRUCT) continue;
    take(s, head + 7, 2);
    take_columns(s, f, d->first_child, d->nchild);
  }
}

uint64_t tide_schema_id(const tide_frame *frame) {
  schema_sink s = {.hash.lanes = {TIDE_XXH_P1_ + TIDE_XXH_P2_, TIDE_XXH_P2_, 0, 0 - TIDE_XXH_P1_}};
  take_columns(&s, frame, 0, frame->top);
  return hash_end(&s.hash);
}

/* ---- the schemas of a peer ----------------------------------------------------------------------------------------------- */

typedef struct interned {
  uint64_t id;
  uint64_t length;
  uint8_t *text;
} interned;

struct tide_interner {
  uint32_t count, capacity; /* slots, a power of two; half of them at least stay free */
  uint64_t bytes;
  interned *slots; /* open addressing by id; text NULL = free */
};

tide_interner *tide_interner_create(void) { return calloc(1, sizeof(tide_interner)); }

void tide_interner_destroy(tide_interner *interner) {
  if (interner == NULL) return;
  for (uint32_t i = 0; i < interner->capacity; i++) free(interner->slots[i].text);
  free(interner->slots);
  free(interner);
}

uint32_t tide_interner_count(const tide_interner *interner) { return interner->count; }

/* Slot of an id, or the free one where it belongs; NULL when there are no slots. */
static interned *find(const tide_interner *interner, uint64_t id) {
  uint32_t at = (uint32_t)id & (interner->capacity - 1u);
  if (interner->capacity == 0) return NULL;
  while (interner->slots[at].text && interner->slots[at].id != id) at = (at + 1) & (interner->capacity - 1u);
  return interner->slots + at;
}

static int grow(tide_interner *interner) {
  tide_interner wider = *interner;
  wider.capacity = interner->capacity ? 2 * interner->capacity : 8;
  wider.slots = calloc(wider.capacity, sizeof *wider.slots);
  if (wider.slots == NULL) return 0;
  for (uint32_t i = 0; i < interner->capacity; i++)
    if (interner->slots[i].text) *find(&wider, interner->slots[i].id) = interner->slots[i];
  free(interner->slots);
  *interner = wider;
  return 1;
}

int32_t tide_interner_knows_(const tide_interner *interner, const tide_frame *frame) {
  const interned *entry = find(interner, frame->schema_id);
  if (entry == NULL || entry->text == NULL) return 0;
  schema_sink s = {.expected = entry->text, .left = entry->length};
  take_columns(&s, frame, 0, frame->top);
  return s.differs || s.left ? -1 : 1;
}

const char *tide_interner_add_(tide_interner *interner, const tide_frame *frame) {
  schema_sink s = {.hash.lanes = {TIDE_XXH_P1_ + TIDE_XXH_P2_, TIDE_XXH_P2_, 0, 0 - TIDE_XXH_P1_}};
  take_columns(&s, frame, 0, frame->top);
  if (hash_end(&s.hash) != frame->schema_id) return "schema_id is not that of the columns";
  if (interner->count == TIDE_INTERNER_SCHEMAS) return "the peer has sent more than 4096 schemas";
  if (interner->bytes + s.length > TIDE_INTERNER_BYTES) return "the schemas of the peer exceed 16 MiB";
  if (2 * (interner->count + 1) > interner->capacity && !grow(interner)) return "memory for the peer's schemas ran out";
  uint8_t *text = malloc(s.length);
  if (text == NULL) return "memory for the peer's schemas ran out";
  *find(interner, frame->schema_id) = (interned){.id = frame->schema_id, .length = s.length, .text = text};
  interner->count++;
  interner->bytes += s.length;
  s = (schema_sink){.copy = text};
  take_columns(&s, frame, 0, frame->top);
  return NULL;
}
