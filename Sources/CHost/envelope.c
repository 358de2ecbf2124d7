#include "tide_envelope.h"

#include "tide_crc32c.h"

#define MUST_UNDERSTAND 0x00FFu
#define KNOWN_FLAGS (TIDE_FLAG_HEAD_CRC | TIDE_FLAG_BODY_CRC)
#define FIELD(name) __builtin_offsetof(tide_frame, name)

static int32_t reject(tide_validation *why, uint32_t rule, uint64_t offset, const char *reason) {
  if (why) *why = (tide_validation){.rule = rule, .column = -1, .offset = offset, .reason = reason};
  return -1;
}

int32_t tide_envelope_read(const uint8_t *bytes, uint64_t limit, tide_frame *f, tide_validation *why) {
  memcpy(f, bytes, sizeof *f);
  if (f->magic != TIDE_FRAME_MAGIC) return reject(why, 2, 0, "the frame does not start with TIDE");
  if (f->major != TIDE_FRAME_MAJOR) return reject(why, 2, FIELD(major), "the frame has another major version");
  if (f->flags & TIDE_FLAG_HEAD_CRC && tide_crc32c(0, bytes, FIELD(head_crc)) != f->head_crc)
    return reject(why, 5, FIELD(head_crc), "the envelope's checksum does not match");
  if (limit > TIDE_FRAME_HARD_LIMIT) limit = TIDE_FRAME_HARD_LIMIT;
  if (f->frame_len < TIDE_FRAME_HEADER || f->frame_len % TIDE_FRAME_ALIGN)
    return reject(why, 3, FIELD(frame_len), "frame_len is not a positive multiple of 64 from 128 on");
  if (f->frame_len > limit) return reject(why, 3, FIELD(frame_len), "frame_len is above the limit");
  if (f->header_len < TIDE_FRAME_HEADER || f->header_len % TIDE_FRAME_ALIGN || f->header_len > f->frame_len)
    return reject(why, 4, FIELD(header_len), "header_len is not a multiple of 64 between 128 and frame_len");
  if (f->codec > TIDE_CODEC_ZSTD) return reject(why, 5, FIELD(codec), "the frame is compressed by an unknown codec");
  if (f->codec == TIDE_CODEC_NONE && f->raw_len != f->frame_len)
    return reject(why, 5, FIELD(raw_len), "raw_len differs from frame_len though nothing is compressed");
  if (f->raw_len > limit) return reject(why, 5, FIELD(raw_len), "raw_len is above the limit");
  if (f->raw_len < f->header_len || f->raw_len % TIDE_FRAME_ALIGN)
    return reject(why, 5, FIELD(raw_len), "raw_len is not a multiple of 64 from header_len on");
  if (f->flags & MUST_UNDERSTAND & ~KNOWN_FLAGS)
    return reject(why, 5, FIELD(flags), "a flag that must be understood is unknown");
  return 0;
}

uint32_t tide_envelope_body_crc(const uint8_t *bytes, const tide_frame *header) {
  uint32_t crc = tide_crc32c(0, bytes + FIELD(schema_id), FIELD(body_crc) - FIELD(schema_id));
  return tide_crc32c(crc, bytes + header->header_len, header->frame_len - header->header_len);
}

void tide_envelope_sign(uint8_t *bytes) {
  tide_frame header;
  memcpy(&header, bytes, sizeof header);
  header.flags |= TIDE_FLAG_HEAD_CRC | TIDE_FLAG_BODY_CRC;
  memcpy(bytes, &header, FIELD(head_crc));
  header.head_crc = tide_crc32c(0, bytes, FIELD(head_crc));
  header.body_crc = tide_envelope_body_crc(bytes, &header);
  memcpy(bytes, &header, sizeof header);
}

uint64_t tide_envelope_find(const uint8_t *bytes, uint64_t available, uint64_t from, uint64_t limit) {
  static const uint8_t magic[4] = {'T', 'I', 'D', 'E'};
  tide_frame header;
  for (uint64_t at = from; at < available; at++) {
    const uint8_t *candidate = memchr(bytes + at, magic[0], available - at);
    if (candidate == NULL) break;
    at = (uint64_t)(candidate - bytes);
    uint64_t left = available - at;
    if (memcmp(candidate, magic, left < sizeof magic ? left : sizeof magic) != 0) continue;
    if (left < TIDE_FRAME_HEADER) return at;
    if (tide_envelope_read(candidate, limit, &header, NULL) == 0 && header.flags & TIDE_FLAG_HEAD_CRC) return at;
  }
  return available;
}
