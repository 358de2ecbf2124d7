// Rows to lines of text. EncodeValue.cpp writes one value as JSON, EncodeCsv.cpp rows as CSV.
#ifndef TIDEMILL_CRECORDS_ENCODER_HPP
#define TIDEMILL_CRECORDS_ENCODER_HPP

#include <memory>
#include <string>
#include <vector>

#include "CRecords.h"
#include "Cells.hpp"
#include "Names.hpp"
#include "VariantText.hpp"

namespace records {

class Encoder {
public:
  explicit Encoder(const record_encode_plan &plan);

  // The selected rows; valid until the next call.
  tide_string encode(const tide_batch &batch);
  // The next row is the first of a file, unless that goes on.
  void begin(bool continued) { header_due_ = !continued; }
  const std::vector<record_refused> &refused() const { return refused_; }

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
    // CSV: the field of each of the file's columns, and the fields that have none.
    std::vector<uint32_t> places, strangers;
  };
  // The names of one VARIANT's dictionary, and which of them are columns too.
  struct Keys {
    uint32_t descriptor;
    VariantNames names;
    std::vector<uint32_t> columns;
    std::vector<uint32_t> places; // CSV: the file's columns
  };

  record_encode_plan plan_;
  std::vector<std::unique_ptr<Schema>> schemas_;
  size_t oldest_ = 0;
  std::vector<std::unique_ptr<Keys>> keys_;
  size_t keys_used_ = 0; // of this frame
  Bytes out_;
  const tide_frame *frame_ = nullptr;
  Schema *schema_ = nullptr;

  // ---- CSV
  Names columns_; // of the file; none before the first batch that has some
  Bytes header_;  // the header row
  bool header_due_ = true;
  std::vector<Slice> rest_values_; // of the row, by column
  // The frame's verbatim records: whether they stand under our header, else the column of each of their cells.
  bool same_header_ = false;
  std::vector<uint32_t> record_places_;
  std::vector<std::string> record_names_;
  Cells marks_;
  std::vector<Cell> cells_;
  Bytes record_, cell_;
  std::vector<record_refused> refused_;
  std::vector<std::string> reasons_;

  Schema &schema();
  const Keys &keys(uint32_t descriptor);
  void row(uint32_t row);
  void rest(uint32_t row, bool &first);
  void value(const tide_column &column, uint32_t i, uint32_t depth);
  void bytes(const tide_column &column, uint32_t i);
  void time(const tide_column &column, int64_t time);
  void list(const tide_column &column, uint32_t i, uint32_t depth);
  void structure(const tide_column &column, uint32_t i, uint32_t depth);

  // EncodeCsv.cpp
  void csv(const tide_batch &batch);
  void decide_columns(const tide_batch &batch);
  void enter_frame(Slice head);
  bool split(Slice record);
  Slice cell_text(const Cell &cell);
  void csv_row(uint32_t row);
  void csv_record(uint32_t row, Slice record);
  bool find_rest_values(uint32_t row);
  void csv_value(const tide_column &column, uint32_t row);
  void csv_variant(Slice value, const VariantNames &names);
  void finish_cell(size_t start);
  void refuse(uint32_t row, Slice field);

  const uint8_t *at(uint32_t offset) const { return tide_at(frame_, offset); }
};

} // namespace records
#endif
