// The C functions of CJson.h.
#include "Decoder.hpp"
#include "Encoder.hpp"
#include "Time.hpp"

struct cjson_decoder {
  cjson::Decoder decoder;
};

struct cjson_encoder {
  cjson::Encoder encoder;
};

const char *cjson_plan_objection(const cjson_plan *plan) { return cjson::Decoder::objection(*plan); }

cjson_decoder *cjson_decoder_create(const cjson_plan *plan) {
  return cjson::Decoder::objection(*plan) ? nullptr : new cjson_decoder{cjson::Decoder(*plan)};
}
void cjson_decoder_destroy(cjson_decoder *decoder) { delete decoder; }

cjson_step cjson_decode(cjson_decoder *decoder, const uint8_t *bytes, uint64_t length, uint64_t readable, uint64_t offset,
                        uint32_t final, int64_t ingest_time) {
  return decoder->decoder.decode(bytes, length, readable, offset, final != 0, ingest_time);
}

uint32_t cjson_rows(const cjson_decoder *decoder) { return decoder->decoder.rows(); }
uint64_t cjson_frame_bytes(cjson_decoder *decoder) { return decoder->decoder.frame_bytes(); }
uint64_t cjson_write_frame(cjson_decoder *decoder, uint8_t *into, uint64_t capacity, uint32_t stream, int64_t first_id) {
  return decoder->decoder.write_frame(into, capacity, stream, first_id);
}

const cjson_dead *cjson_dead_records(const cjson_decoder *decoder, uint64_t *count) {
  *count = decoder->decoder.dead().size();
  return decoder->decoder.dead().data();
}
cjson_counters cjson_decoder_counters(const cjson_decoder *decoder) { return decoder->decoder.counters(); }

cjson_encoder *cjson_encoder_create(const cjson_encode_plan *plan) { return new cjson_encoder{cjson::Encoder(*plan)}; }
void cjson_encoder_destroy(cjson_encoder *encoder) { delete encoder; }

tide_string cjson_encode(cjson_encoder *encoder, const tide_batch *batch) { return encoder->encoder.encode(*batch); }

uint32_t cjson_read_time(tide_string text, int64_t *time) {
  return cjson::read_rfc3339(reinterpret_cast<const uint8_t *>(text.data), text.length, *time);
}
