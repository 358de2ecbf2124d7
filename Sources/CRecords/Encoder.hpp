// Rows to lines of text.
#ifndef TIDEMILL_CRECORDS_ENCODER_HPP
#define TIDEMILL_CRECORDS_ENCODER_HPP

#include <memory>
#include <vector>

#include "CRecords.h"
#include "Names.hpp"
#include "VariantText.hpp"

namespace records {

class Encoder {
public:
  explicit Encoder(const record_encode_plan &plan) : plan_(plan) {}

  // The selected rows; valid until the next call.
  tide_string encode(const tide_batch &batch);

private:
  static constexpr uint32_t none = UINT32_MAX;

  // What of a schema is written, with the text before each value made once.
  struct Field {
    uint32_t column;
    uint32_t from, length; // of `,"name":` in text
  };
  struct Schema {
    uint64_t id = 0;
    uint32_t top = 0;
    std::vector<Field> fields;
    Bytes text;
    Names names;        // of the fields, same numbers
    uint32_t message = none;
  };
  // The names of one VARIANT's dictionary, and which of them are columns too.
  struct Keys {
    uint32_t descriptor;
    VariantNames names;
    std::vector<uint32_t> columns;
  };

  const record_encode_plan plan_;
  std::vector<std::unique_ptr<Schema>> schemas_;
  size_t oldest_ = 0;
  std::vector<std::unique_ptr<Keys>> keys_;
  size_t keys_used_ = 0; // of this frame
  Bytes out_;
  const tide_frame *frame_ = nullptr;
  Schema *schema_ = nullptr;

  Schema &schema();
  const Keys &keys(uint32_t descriptor);
  void row(uint32_t row);
  void rest(uint32_t row, bool &first);
  void value(const tide_column &column, uint32_t i, uint32_t depth);
  void bytes(const tide_column &column, uint32_t i);
  void time(const tide_column &column, int64_t time);
  void list(const tide_column &column, uint32_t i, uint32_t depth);
  void structure(const tide_column &column, uint32_t i, uint32_t depth);
  const uint8_t *at(uint32_t offset) const { return tide_at(frame_, offset); }
};

} // namespace records
#endif
