#include <lz4.h>
#include <stdlib.h>
#include <zstd.h>

#include <tidemill/frame.h>

/* Plugins have this code, too, and export their entry alone. */
#pragma GCC visibility push(hidden)
#include "CCodec.h"
#pragma GCC visibility pop

#define LENGTH_BYTES 4u
#define FIELD(name) __builtin_offsetof(tide_frame, name)

struct tide_opener {
  ZSTD_DCtx *zstd;
};

tide_opener *tide_opener_create(void) {
  tide_opener *opener = calloc(1, sizeof *opener);
  if (opener == NULL || (opener->zstd = ZSTD_createDCtx()) != NULL) return opener;
  free(opener);
  return NULL;
}

void tide_opener_destroy(tide_opener *opener) {
  if (opener == NULL) return;
  ZSTD_freeDCtx(opener->zstd);
  free(opener);
}

static uint64_t reject(tide_validation *why, uint32_t rule, uint64_t offset, const char *reason) {
  if (why) *why = (tide_validation){.rule = rule, .column = -1, .offset = offset, .reason = reason};
  return 0;
}

/* Unpacks the block of a compressed frame; it has to fill `room` bytes exactly. NULL, or what is wrong. */
static const char *unpack(tide_opener *opener, const uint8_t *bytes, const tide_frame *header, uint8_t *into, uint64_t room) {
  const uint8_t *block = bytes + header->header_len;
  uint64_t held = header->frame_len - header->header_len, used;
  uint32_t packed;
  if (held < LENGTH_BYTES) return "a compressed frame ends before the length of its block";
  memcpy(&packed, block, sizeof packed);
  if (packed > held - LENGTH_BYTES) return "the block of a compressed frame is longer than the frame";
  if (held - LENGTH_BYTES - packed >= TIDE_FRAME_ALIGN) return "a compressed frame is longer than its block wants";
  if (header->codec == TIDE_CODEC_LZ4) {
    int wrote = LZ4_decompress_safe((const char *)block + LENGTH_BYTES, (char *)into, (int)packed, (int)room);
    used = wrote < 0 ? ~(uint64_t)0 : (uint64_t)wrote;
  } else {
    size_t wrote = ZSTD_decompressDCtx(opener->zstd, into, room, block + LENGTH_BYTES, packed);
    used = ZSTD_isError(wrote) ? ~(uint64_t)0 : wrote;
  }
  if (used == ~(uint64_t)0) return "the block of a compressed frame cannot be unpacked";
  return used == room ? NULL : "the block of a compressed frame is shorter than raw_len says";
}

uint64_t tide_open(tide_opener *opener, const uint8_t *bytes, uint64_t available, uint64_t limit, tide_interner *peer,
                   uint8_t *into, uint64_t capacity, tide_validation *why) {
  tide_frame header, *out = (tide_frame *)(void *)into;
  const char *wrong;
  if (why) *why = (tide_validation){.column = -1, .reason = ""};
  if (available < TIDE_FRAME_HEADER) return reject(why, 1, 0, "there are fewer than 128 bytes");
  if (tide_envelope_read(bytes, limit, &header, why)) return 0;
  if (header.frame_len > available) return reject(why, 3, FIELD(frame_len), "frame_len is more than the bytes at hand");
  if (header.raw_len > capacity) return reject(why, 5, FIELD(raw_len), "raw_len is more than the room to unpack to");
  if (header.flags & TIDE_FLAG_BODY_CRC && tide_envelope_body_crc(bytes, &header) != header.body_crc)
    return reject(why, 5, FIELD(body_crc), "the content's checksum does not match");
  if (header.codec == TIDE_CODEC_NONE) {
    memcpy(into, bytes, header.frame_len);
  } else {
    memcpy(into, bytes, header.header_len);
    wrong = unpack(opener, bytes, &header, into + header.header_len, header.raw_len - header.header_len);
    if (wrong) return reject(why, 5, header.header_len, wrong);
  }
  out->codec = TIDE_CODEC_NONE;
  out->frame_len = header.raw_len;
  out->flags = (uint16_t)(header.flags & ~(TIDE_FLAG_HEAD_CRC | TIDE_FLAG_BODY_CRC));
  out->head_crc = 0;
  out->body_crc = 0;
  return tide_validate_from(into, header.raw_len, limit, peer, why) == 0 ? header.raw_len : 0;
}
