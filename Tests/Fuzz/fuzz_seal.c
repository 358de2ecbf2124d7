#include "fuzz.h"

/* What sealing and opening may change: codec, lengths, flags, checksums, and a schema_id that was not there. */
static void compare(const tide_frame *was, const tide_frame *is) {
  tide_frame expected = *was;
  expected.flags &= (uint16_t) ~(TIDE_FLAG_HEAD_CRC | TIDE_FLAG_BODY_CRC);
  expected.head_crc = expected.body_crc = 0;
  expected.seq = 77;
  if (expected.schema_id == 0) expected.schema_id = tide_schema_id(was);
  PROMISE(memcmp(&expected, is, sizeof expected) == 0);
  PROMISE(memcmp(was + 1, is + 1, was->frame_len - sizeof *was) == 0);
}

void fuzz_seal(const tide_frame *frame, const uint8_t *data, size_t size) {
  static tide_sealer *sealers[3];
  static tide_opener *opener;
  static tide_interner *peer;
  static uint32_t uses;
  uint32_t codec = size ? data[0] % 3u : 0;
  uint64_t length, opened;
  tide_validation why;
  tide_frame header;
  if (opener == NULL) opener = tide_opener_create();
  if (uses++ % 500u == 0) { /* before it has seen too many schemas */
    tide_interner_destroy(peer);
    peer = tide_interner_create();
  }
  if (sealers[codec] == NULL) sealers[codec] = tide_sealer_create(codec);
  uint8_t *sealed = fuzz_memory(frame->frame_len), *room = fuzz_memory(frame->frame_len), *exact;
  PROMISE(tide_seal(sealers[codec], frame, 77, sealed, frame->frame_len - 1) == 0);
  length = tide_seal(sealers[codec], frame, 77, sealed, frame->frame_len);
  PROMISE(length >= TIDE_FRAME_HEADER && length <= frame->frame_len && length % 64 == 0);
  exact = fuzz_memory(length);
  memcpy(exact, sealed, length);
  free(sealed);
  PROMISE(tide_open(opener, exact, length, TIDE_FRAME_LIMIT, peer, room, frame->frame_len, &why) == frame->frame_len);
  compare(frame, (const tide_frame *)(const void *)room);
  PROMISE(tide_envelope_find(exact, length, 0, TIDE_FRAME_LIMIT) == 0);

  fuzz_edit(exact, length, 256, data, size);
  memcpy(&header, exact, sizeof header);
  /* A liar knows how to sign. */
  if (size && data[0] & 4 && header.frame_len <= length && header.header_len >= 128 && header.header_len <= header.frame_len)
    tide_envelope_sign(exact);
  opened = tide_open(opener, exact, length, TIDE_FRAME_LIMIT, peer, room, frame->frame_len, &why);
  PROMISE((opened == 0) == (why.rule != 0) && opened <= frame->frame_len);
  if (opened) fuzz_read((const tide_frame *)(const void *)room);
  free(exact);
  free(room);
}
