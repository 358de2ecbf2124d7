// Bytes to rows to a frame. Decoder.cpp cuts the bytes into records, Record.cpp reads one, Cast.cpp puts its values into columns,
// Csv.cpp and CastCell.cpp do so for CSV, Frame.cpp writes the frame.
#ifndef TIDEMILL_CRECORDS_DECODER_HPP
#define TIDEMILL_CRECORDS_DECODER_HPP

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "Cells.hpp"
#include "CsvHeader.hpp"
#include "Scanner.hpp"
#include "Tokens.hpp"
#include "Variant.hpp"

namespace records {

class Decoder {
public:
  // Frames may be this long (docs/frames.md), so a row that needs more has no place.
  static constexpr uint64_t max_frame = 16u << 20;
  // A call stops after so many dead records, which its caller must take care of.
  static constexpr size_t max_dead = 1024;
  // Records are scanned together up to this many bytes: with their tokens they stay in the second-level cache.
  static constexpr uint64_t batch_bytes = 32 << 10;
  // Bytes of a record that is too long which go into its dead letter.
  static constexpr uint64_t dead_prefix = 4096;

  explicit Decoder(const record_plan &plan);
  // Why the plan cannot work; NULL when it can.
  static const char *objection(const record_plan &plan);

  record_step decode(uint32_t partition, const uint8_t *bytes, uint64_t length, uint64_t readable, uint64_t offset, bool final,
                     int64_t ingest);

  // Ends frames at fewer rows and bytes than the plan says, from now on.
  void limit_frame(uint32_t rows, uint64_t bytes) {
    limit_rows_ = std::clamp<uint32_t>(rows, 1, rows_per_frame_);
    limit_bytes_ = std::min(bytes, bytes_per_frame_);
  }
  uint32_t rows() const { return rows_; }
  uint64_t frame_bytes();
  uint64_t write_frame(uint8_t *into, uint64_t capacity, uint32_t stream, int64_t first_id);

  const std::vector<record_dead> &dead() const { return dead_; }
  record_counters counters() const { return counters_; }

private:
  static constexpr uint32_t none = UINT32_MAX;

  // What is done with a field's value.
  enum class Action : uint8_t { cast, i64, f64, time, utf8, skip, keep };
  // What a field is to the plan, by the place it had in the last record.
  struct Guess {
    uint64_t word[2] = {0, 0}, mask[2] = {0, 0}; // of `"name":`, the first 16 bytes
    Column *column = nullptr;
    Action action = Action::skip;
    uint8_t length = 0; // of `"name":`; 0 = no guess
    uint32_t name = none; // number in variants_, of `generation`
    uint32_t generation = 0;
    uint8_t text[72];
    bool is(const uint8_t *p) const {
      uint64_t other = ((load64(p) ^ word[0]) & mask[0]) | ((load64(p + 8) ^ word[1]) & mask[1]);
      return other == 0 && length != 0 && (length <= 16 || std::memcmp(p, text, length) == 0);
    }
  };
  // What becomes of a record.
  enum class Outcome { row, dead, full };

  // ---- the plan
  const uint8_t format_;
  const bool keep_verbatim_, ingest_missing_, keep_others_;
  const uint32_t time_unit_;
  const int64_t time_scale_; // ns
  const int64_t max_ahead_;
  const uint64_t max_record_;
  const uint32_t max_key_;
  const uint32_t rows_per_frame_;
  const uint64_t bytes_per_frame_;
  uint32_t limit_rows_; // of this frame; never above the plan's
  uint64_t limit_bytes_;
  std::vector<std::unique_ptr<Column>> columns_;
  std::vector<Column *> growing_; // those with a heap or a dictionary
  Names names_;                   // of columns_, same numbers
  std::unique_ptr<Column> rest_, verbatim_; // without keep_others_ the rest has what exact columns spill, nothing else
  uint32_t time_ = none, message_ = none;
  uint64_t bytes_per_row_ = 0;

  // ---- the partitions; one is forgotten at its end
  struct Partition {
    uint32_t number = 0;
    bool begun = false;
    bool skipping = false; // inside of a record that is too long
    std::shared_ptr<CsvHeader> header;
  };
  std::map<uint32_t, Partition> partitions_;
  Partition *partition_ = nullptr;

  // ---- the batch: whole records that were scanned together
  struct Batch {
    uint32_t partition = 0;
    const uint8_t *bytes = nullptr;  // ours or the caller's
    const uint8_t *origin = nullptr; // the caller's
    uint64_t length = 0;
    uint64_t offset = 0;   // in the partition
    uint64_t position = 0; // of the next line
    bool scanned = false;  // all of it; else line by line
    bool last = false;     // its last line may lack its end
  };
  Batch batch_;
  Scanner scanner_;
  Bytes padded_;
  Tokens tokens_;
  uint64_t next_backslash_ = 0;

  // ---- CSV
  // Where no record ended so far: the scan goes on from there when more has come.
  struct Waiting {
    bool armed = false;
    uint32_t partition = 0;
    uint64_t offset = 0;
  };
  Cells cells_;
  const uint8_t delimiter_;
  uint32_t mark_ = 0; // the next of cells_
  uint64_t reach_;    // bytes to scan for the next batch
  Waiting waiting_;
  std::shared_ptr<CsvHeader> given_header_, frame_header_;
  std::vector<Cell> row_;           // the record's cells, unless
  const uint32_t *plain_ = nullptr; // it has no quotes: then their ends
  Bytes undoubled_, number_;

  // ---- the frame
  uint32_t rows_ = 0;
  uint64_t bytes_ = 0; // of its buffers, about
  int64_t ingest_ = 0;
  VariantWriter variants_;
  uint16_t time_form_ = 0;

  // ---- the record at work
  static constexpr size_t shown_bytes = 40; // of a value in a reason
  uint64_t record_ = 0;
  uint32_t strays_ = 0, bad_ = 0;
  uint16_t form_ = 0;              // of its event time
  const char *time_problem_ = "";  // why it has none, unless
  std::string time_value_;         // that is no time that an event may have
  size_t rest_start_ = 0;
  std::vector<Guess> guesses_;
  Bytes decoded_; // of base64

  // ---- results
  std::vector<record_dead> dead_;
  std::vector<std::string> reasons_;
  record_counters counters_ = {0, 0, 0, 0};

  // Decoder.cpp
  void enter(uint32_t partition, uint64_t offset);
  void pad_batch();
  Outcome next_record(uint64_t &next);
  bool open_batch(const uint8_t *bytes, uint64_t length, uint64_t readable, uint64_t offset, bool final);
  bool is_continued(const uint8_t *bytes, uint64_t length, uint64_t offset) const;
  Outcome line(uint64_t from, uint64_t end);
  bool scan_line(uint64_t from, uint64_t end);
  void bury(uint64_t offset, const uint8_t *bytes, uint64_t length, uint32_t code, std::string reason);
  Outcome fail(uint64_t from, uint64_t end);
  void drop_row(uint32_t names);
  void measure();
  bool is_full() const { return rows_ >= limit_rows_ || bytes_ >= limit_bytes_; }

  // Record.cpp
  Outcome record(uint64_t from, uint64_t end);
  Outcome text_record(uint64_t from, uint64_t end);
  Outcome complete(uint64_t from, uint64_t end, uint32_t names);
  Outcome reject(uint64_t from, uint64_t end, uint32_t names, uint32_t code, std::string reason);
  Outcome reject_type(uint64_t from, uint64_t end, uint32_t names, uint64_t origin);
  bool place_time();
  void lack_time(const char *problem);
  void lack_time(Slice value, const char *unit);
  std::string time_reason() const;
  bool fields();
  bool known_value(const Guess &guess, const uint32_t *&list);
  bool keep_known(Guess &guess);
  bool unknown_field(uint32_t place);
  void learn(uint32_t place, Slice name, Column *column, uint32_t number);
  bool keep(uint32_t name);

  // Csv.cpp
  bool open_csv(const uint8_t *bytes, uint64_t length, uint64_t readable, uint64_t offset, bool final);
  Outcome csv_line(uint64_t from, uint64_t &next);
  Outcome break_off(uint64_t from, uint64_t &next, const char *wrong, uint64_t at);
  Outcome csv_record(uint64_t from, uint64_t end, CsvHeader &header);
  std::shared_ptr<CsvHeader> make_header(const std::vector<Slice> &names, Slice text) const;
  std::shared_ptr<CsvHeader> read_header(uint64_t from, uint64_t end);
  Cell cell(uint64_t from, uint64_t end, uint32_t number, uint32_t count) const;

  // CastCell.cpp
  Slice cell_text(const Cell &cell);
  bool cell_number(Slice text, Number &number);
  bool put_cell(Column &column, const Cell &cell);
  bool put_cell_time(Column &column, Slice text);
  void put_loose_cell(const Column &column, Slice text, Bytes &heap);
  void put_null_cell(Column &column);
  void stray_cell(Column &column, const Cell &cell);
  void keep_cells(uint64_t from, uint64_t end, CsvHeader &header);

  // Cast.cpp
  bool put(Column &column);
  bool put_null(Column &column);
  bool put_number(Column &column);
  void spill(const Column &column, size_t from);
  bool put_string(Column &column);
  bool put_event_time(Column &column);
  const char *unit_name() const;
  bool stray(Column &column);
  void retract(Column &column);

  // Frame.cpp
  struct Piece {
    uint32_t at;
    Slice bytes;
  };
  // Where everything of the frame will stand.
  struct Layout {
    tide_frame header;
    std::vector<tide_column> columns;
    std::vector<Piece> pieces; // buffers in order of their place
    Bytes names, extra;        // `extra` holds the buffers that no column keeps
    uint32_t length = 0;
    bool done = false;
  };
  Layout layout_;

  void lay_out();
  void lay_out_names();
  void lay_out_rows();
  void lay_out_column(const Column &column, tide_column &into);
  void lay_out_riders();
  void finish_variants();
  uint32_t buffer(Slice bytes);
  Slice extra(const void *bytes, size_t length);
};

// TIDE_BOOL, TIDE_I64, TIDE_F64, TIDE_TIME or TIDE_UTF8: the narrowest type that takes the text of a cell.
uint32_t type_of_cell(Slice text);

} // namespace records
#endif
