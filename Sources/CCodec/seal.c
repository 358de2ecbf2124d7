#include <lz4.h>
#include <stdlib.h>
#include <zstd.h>

#include <tidemill/frame.h>

/* Plugins have this code, too, and export their entry alone. */
#pragma GCC visibility push(hidden)
#include "CCodec.h"
#pragma GCC visibility pop
#include "tide_schema.h"

#define ZSTD_LEVEL 1
#define LENGTH_BYTES 4u

struct tide_sealer {
  uint32_t codec;
  void *lz4;
  ZSTD_CCtx *zstd;
};

tide_sealer *tide_sealer_create(uint32_t codec) {
  if (codec > TIDE_CODEC_ZSTD) return NULL;
  tide_sealer *sealer = calloc(1, sizeof *sealer);
  if (sealer == NULL) return NULL;
  sealer->codec = codec;
  if (codec == TIDE_CODEC_LZ4) sealer->lz4 = malloc((size_t)LZ4_sizeofState());
  if (codec == TIDE_CODEC_ZSTD) sealer->zstd = ZSTD_createCCtx();
  if ((codec == TIDE_CODEC_LZ4 && sealer->lz4 == NULL) || (codec == TIDE_CODEC_ZSTD && sealer->zstd == NULL)) {
    tide_sealer_destroy(sealer);
    return NULL;
  }
  return sealer;
}

void tide_sealer_destroy(tide_sealer *sealer) {
  if (sealer == NULL) return;
  free(sealer->lz4);
  ZSTD_freeCCtx(sealer->zstd);
  free(sealer);
}

/* Compresses into `room` bytes; 0 when the block does not fit. */
static uint64_t compress_block(tide_sealer *sealer, const uint8_t *from, uint64_t length, uint8_t *into, uint64_t room) {
  size_t written;
  if (sealer->codec == TIDE_CODEC_LZ4)
    return (uint64_t)LZ4_compress_fast_extState(sealer->lz4, (const char *)from, (char *)into, (int)length, (int)room, 1);
  written = ZSTD_compressCCtx(sealer->zstd, into, room, from, length, ZSTD_LEVEL);
  return ZSTD_isError(written) ? 0 : written;
}

uint64_t tide_seal(tide_sealer *sealer, const tide_frame *frame, uint64_t seq, uint8_t *into, uint64_t capacity) {
  tide_frame header = *frame;
  uint64_t length = frame->frame_len, packed = 0;
  uint32_t body = frame->header_len, packed32;
  int has_rows = frame->kind == TIDE_KIND_DATA || frame->kind == TIDE_KIND_ERROR;
  if (capacity < length) return 0;
  memcpy(into + sizeof header, (const uint8_t *)frame + sizeof header, body - sizeof header);
  /* A block is worth its while from one line of 64 bytes less on. */
  if (sealer->codec != TIDE_CODEC_NONE && has_rows && length >= body + 2 * TIDE_FRAME_ALIGN)
    packed = compress_block(sealer, (const uint8_t *)frame + body, length - body, into + body + LENGTH_BYTES,
                            length - body - TIDE_FRAME_ALIGN - LENGTH_BYTES);
  if (packed) {
    uint64_t end = body + LENGTH_BYTES + packed;
    packed32 = (uint32_t)packed;
    memcpy(into + body, &packed32, LENGTH_BYTES);
    length = (end + TIDE_FRAME_ALIGN - 1) & ~(uint64_t)(TIDE_FRAME_ALIGN - 1);
    memset(into + end, 0, length - end);
    header.codec = (uint8_t)sealer->codec;
  } else {
    memcpy(into + body, (const uint8_t *)frame + body, length - body);
    header.codec = TIDE_CODEC_NONE;
  }
  header.seq = seq;
  header.raw_len = frame->frame_len;
  header.frame_len = (uint32_t)length;
  header.head_crc = header.body_crc = 0;
  if (has_rows && header.schema_id == 0) header.schema_id = tide_schema_id(frame);
  memcpy(into, &header, sizeof header);
  tide_envelope_sign(into);
  return length;
}
