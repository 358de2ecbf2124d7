// The C functions of CRecords.h.
#include "Decoder.hpp"
#include "Encoder.hpp"
#include "Time.hpp"

struct record_decoder {
  records::Decoder decoder;
};

struct record_encoder {
  records::Encoder encoder;
};

// Plugins have this code, too, and export their entry alone.
#pragma GCC visibility push(hidden)

const char *record_plan_objection(const record_plan *plan) { return records::Decoder::objection(*plan); }

record_decoder *record_decoder_create(const record_plan *plan) {
  return records::Decoder::objection(*plan) ? nullptr : new record_decoder{records::Decoder(*plan)};
}
void record_decoder_destroy(record_decoder *decoder) { delete decoder; }

record_step record_decode(record_decoder *decoder, uint32_t partition, const uint8_t *bytes, uint64_t length, uint64_t readable,
                          uint64_t offset, uint32_t final, int64_t ingest_time) {
  return decoder->decoder.decode(partition, bytes, length, readable, offset, final != 0, ingest_time);
}

void record_limit_frame(record_decoder *decoder, uint32_t rows, uint64_t bytes) { decoder->decoder.limit_frame(rows, bytes); }
uint32_t record_rows(const record_decoder *decoder) { return decoder->decoder.rows(); }
uint64_t record_frame_bytes(record_decoder *decoder) { return decoder->decoder.frame_bytes(); }
uint64_t record_write_frame(record_decoder *decoder, uint8_t *into, uint64_t capacity, uint32_t stream, int64_t first_id) {
  return decoder->decoder.write_frame(into, capacity, stream, first_id);
}

const record_dead *record_dead_records(const record_decoder *decoder, uint64_t *count) {
  *count = decoder->decoder.dead().size();
  return decoder->decoder.dead().data();
}
record_counters record_decoder_counters(const record_decoder *decoder) { return decoder->decoder.counters(); }

record_encoder *record_encoder_create(const record_encode_plan *plan) { return new record_encoder{records::Encoder(*plan)}; }
void record_encoder_destroy(record_encoder *encoder) { delete encoder; }

tide_string record_encode(record_encoder *encoder, const tide_batch *batch) { return encoder->encoder.encode(*batch); }

void record_encoder_begin(record_encoder *encoder, uint32_t continued) { encoder->encoder.begin(continued != 0); }
const record_refused *record_refused_rows(const record_encoder *encoder, uint64_t *count) {
  *count = encoder->encoder.refused().size();
  return encoder->encoder.refused().data();
}

uint32_t record_type_of_cell(tide_string text) {
  return records::type_of_cell({reinterpret_cast<const uint8_t *>(text.data), text.length});
}

uint32_t record_read_time(tide_string text, int64_t *time) {
  return records::read_rfc3339(reinterpret_cast<const uint8_t *>(text.data), text.length, *time);
}

#pragma GCC visibility pop
