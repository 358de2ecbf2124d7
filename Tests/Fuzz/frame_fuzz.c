/* libFuzzer target over frames: what validation accepts can be read in full, what was sealed opens as it was, what was built is
 * what was put. `make fuzz` runs it for long, `make test` for half a minute.
 *
 * The first byte of an input says what the rest is:
 *   0  the bytes of a frame
 *   1  a program for a builder
 *   2  a VARIANT: length of the keys (u8), keys, value
 *   3  the bytes of a stream of sealed frames
 *   4  text
 *   else edits of a good frame; then, of the frame as it was, sealed
 */
#define _POSIX_C_SOURCE 200112L /* posix_memalign */

#include "fuzz.h"
#include "tide_utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t sink;

uint8_t *fuzz_memory(uint64_t length) {
  void *memory;
  if (posix_memalign(&memory, 64, length ? length : 1)) abort();
  return memory;
}

void fuzz_edit(uint8_t *bytes, uint64_t length, uint64_t structure, const uint8_t *data, size_t size) {
  for (; size >= 6; data += 6, size -= 6) {
    uint32_t at, word;
    memcpy(&at, data, 4);
    at = data[4] & 1 || length < structure ? at % (uint32_t)length : at % (uint32_t)structure;
    switch (data[4] >> 1 & 3) {
    case 0: bytes[at] = data[5]; break;
    case 1: bytes[at] ^= (uint8_t)(1u << (data[5] & 7)); break;
    case 2: bytes[at] = (uint8_t)(bytes[at] + data[5]); break;
    default:
      if (length < 4) break;
      at = at > length - 4 ? (uint32_t)length - 4 : at & ~3u;
      memcpy(&word, bytes + at, 4);
      word += (uint32_t)(int32_t)(int8_t)data[5];
      memcpy(bytes + at, &word, 4);
    }
  }
}

/* A frame of any bytes: with and without the schemas of a peer, which must say the same. */
static void try_frame(const uint8_t *frame, uint64_t length) {
  static tide_interner *peer;
  tide_validation why, peers;
  int32_t alone, first;
  if (peer == NULL || tide_interner_count(peer) > 500) {
    tide_interner_destroy(peer);
    peer = tide_interner_create();
  }
  alone = tide_validate(frame, length, TIDE_FRAME_LIMIT, &why);
  first = tide_validate_from(frame, length, TIDE_FRAME_LIMIT, peer, &peers);
  PROMISE(alone == first || (alone == 0 && peers.rule == 36));
  PROMISE((alone == 0) == (why.rule == 0) && why.reason != NULL);
  if (alone) {
    /* The head may be good all the same; what walks the schema has to survive it. */
    if (tide_validate_head(frame, length, TIDE_FRAME_LIMIT, NULL) == 0) sink += tide_schema_id((const tide_frame *)(const void *)frame);
    return;
  }
  PROMISE(tide_validate_head(frame, length, TIDE_FRAME_LIMIT, NULL) == 0 || frame[6] - 1u < 4u || frame[6] == TIDE_KIND_PAD);
  PROMISE(first || tide_validate_from(frame, length, TIDE_FRAME_LIMIT, peer, NULL) == 0);
  sink += fuzz_read((const tide_frame *)(const void *)frame);
}

/* Cuts a stream as its readers do. */
static void try_stream(const uint8_t *data, uint64_t size) {
  static uint8_t room[1 << 16] __attribute__((aligned(64)));
  tide_opener *opener = tide_opener_create();
  tide_frame header;
  for (uint64_t at = 0; at < size;) {
    if (size - at < TIDE_FRAME_HEADER) break;
    if (tide_envelope_read(data + at, sizeof room, &header, NULL)) {
      uint64_t next = tide_envelope_find(data, size, at + 1, sizeof room);
      PROMISE(next > at && next <= size);
      at = next;
      continue;
    }
    PROMISE(header.frame_len <= sizeof room && header.raw_len <= sizeof room);
    if (header.frame_len > size - at) break;
    if (tide_open(opener, data + at, size - at, sizeof room, NULL, room, sizeof room, NULL)) sink += fuzz_read((const tide_frame *)(void *)room);
    at += header.frame_len;
  }
  tide_opener_destroy(opener);
}

/* The fast check of text against one that does a character at a time. */
static void try_text(const uint8_t *data, uint64_t size) {
  int ascii, plain;
  uint64_t good = tide_utf8_prefix(data, size, &ascii), slow = tide_utf8_prefix_portable(data, size, &plain);
  PROMISE(good == slow && ascii == plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const seed_frame *seed;
  uint8_t *frame;
  tide_string keys, value;
  if (size < 1) return 0;
  uint8_t what = data[0];
  data++;
  size--;
  switch (what) {
  case 0:
    frame = fuzz_memory(size);
    if (size) memcpy(frame, data, size);
    try_frame(frame, size);
    free(frame);
    return 0;
  case 1: fuzz_build(data, size); return 0;
  case 2:
    if (size < 1 || data[0] >= size) return 0;
    keys = (tide_string){(const char *)data + 1, data[0]};
    value = (tide_string){(const char *)data + 1 + data[0], size - 1 - data[0]};
    sink += fuzz_read_variant(value, keys, 0);
    return 0;
  case 3: try_stream(data, size); return 0;
  case 4: try_text(data, size); return 0;
  default: break;
  }
  seed = fuzz_seed(what % SEEDS);
  frame = fuzz_memory(seed->length);
  memcpy(frame, seed->bytes, seed->length);
  fuzz_edit(frame, seed->length, 2048, data, size);
  try_frame(frame, seed->length);
  free(frame);
  fuzz_seal((const tide_frame *)(const void *)seed->bytes, data, size);
  return 0;
}
