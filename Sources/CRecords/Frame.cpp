// The rows as one frame, laid out as frame.h says: header, descriptors, names, buffers at multiples of 64 bytes.
#include "Decoder.hpp"

#include <algorithm>

namespace records {

namespace {

constexpr uint32_t aligned(uint32_t offset) { return (offset + TIDE_FRAME_ALIGN - 1) & ~(TIDE_FRAME_ALIGN - 1); }

tide_column descriptor(uint8_t type, uint8_t enc, uint32_t len) {
  tide_column column = {};
  column.type = type;
  column.enc = enc;
  column.role = TIDE_NONE_ROLE;
  column.dict = column.parent = TIDE_NONE_COLUMN;
  column.len = len;
  return column;
}

} // namespace

uint64_t Decoder::frame_bytes() {
  if (rows_ == 0) return 0;
  if (!layout_.done) lay_out();
  return layout_.length;
}

void Decoder::finish_variants() {
  std::vector<VariantWriter::Values> values;
  auto add = [&](Column &column) {
    column.finish(rows_);
    values.push_back({&column.heap(), column.offsets(), rows_});
  };
  for (auto &column : columns_)
    if (column->type == TIDE_VARIANT) add(*column);
  if (rest_) add(*rest_);
  if (!values.empty()) variants_.finish(values);
}

// Descriptors stand in this order: id, the plan's columns, ingest time, rest; dictionaries, the variants' names, verbatim records.
void Decoder::lay_out() {
  layout_.columns.clear();
  layout_.pieces.clear();
  layout_.extra.clear();
  finish_variants();
  lay_out_names();
  lay_out_rows();
  lay_out_riders();

  tide_frame &header = layout_.header;
  header.magic = TIDE_FRAME_MAGIC;
  header.major = TIDE_FRAME_MAJOR;
  header.minor = TIDE_FRAME_MINOR;
  header.kind = TIDE_KIND_DATA;
  header.codec = TIDE_CODEC_NONE;
  header.header_len = TIDE_FRAME_HEADER;
  header.log_pos = ~0ull;
  header.rows = rows_;
  header.cols = static_cast<uint16_t>(layout_.columns.size());
  header.desc = TIDE_FRAME_HEADER;
  header.names = TIDE_FRAME_HEADER + header.cols * static_cast<uint32_t>(sizeof(tide_column));
  header.names_len = static_cast<uint32_t>(layout_.names.size());

  // Now that the descriptors are counted, everything gets its place.
  uint32_t at = aligned(header.names + header.names_len);
  for (Piece &piece : layout_.pieces) {
    piece.at = at;
    at = aligned(at + static_cast<uint32_t>(piece.bytes.size));
  }
  header.frame_len = header.raw_len = layout_.length = at;
  for (tide_column &column : layout_.columns) {
    if (column.name_len != 0) column.name += header.names;
    // So far a buffer is named by its number and one.
    if (column.valid != 0) column.valid = layout_.pieces[column.valid - 1].at;
    if (column.data != 0) column.data = layout_.pieces[column.data - 1].at;
    if (column.heap != 0) column.heap = layout_.pieces[column.heap - 1].at;
  }
  layout_.done = true;
}

uint32_t Decoder::buffer(Slice bytes) {
  layout_.pieces.push_back({0, bytes});
  return static_cast<uint32_t>(layout_.pieces.size());
}

Slice Decoder::extra(const void *bytes, size_t length) {
  size_t at = layout_.extra.size();
  layout_.extra.append(bytes, length);
  return {layout_.extra.data() + at, length};
}

// The event's columns with their names and roles, and the identity of that schema.
void Decoder::lay_out_names() {
  tide_frame &header = layout_.header;
  header = {};
  layout_.names.clear();
  std::fill(header.role, header.role + 8, static_cast<uint8_t>(TIDE_NONE_ROLE));
  auto add = [&](uint8_t type, uint8_t role, uint8_t flags, uint16_t param, const std::string &name) {
    tide_column column = descriptor(type, TIDE_FLAT, rows_);
    column.role = role;
    column.flags = flags;
    column.param = param;
    column.name_len = static_cast<uint16_t>(name.size());
    column.name = static_cast<uint32_t>(layout_.names.size());
    layout_.names.append(name.data(), name.size());
    if (column.name_len == 0) column.name = 0;
    if (role != TIDE_NONE_ROLE) header.role[role] = static_cast<uint8_t>(layout_.columns.size());
    layout_.columns.push_back(column);
  };
  bool has_id = std::any_of(columns_.begin(), columns_.end(), [](auto &column) { return column->role == TIDE_ROLE_ID; });
  if (!has_id) add(TIDE_I64, TIDE_ROLE_ID, 0, 0, "");
  for (auto &column : columns_)
    add(column->type, column->role, column->role == TIDE_ROLE_EVENT_TIME ? 0 : TIDE_NULLABLE, column->param, column->name);
  add(TIDE_TIME, TIDE_ROLE_INGEST_TIME, 0, 0, "");
  if (rest_) add(TIDE_VARIANT, TIDE_ROLE_REST, TIDE_NULLABLE, 0, "");
  header.top = static_cast<uint16_t>(layout_.columns.size());

  // XXH64 of role, type, param, nullable, name_len, name of every column (docs/frames.md).
  size_t start = layout_.extra.size();
  for (const tide_column &column : layout_.columns) {
    uint8_t head[7] = {column.role, column.type, 0, 0, static_cast<uint8_t>(column.flags & TIDE_NULLABLE ? 1 : 0), 0, 0};
    store(head + 2, column.param);
    store(head + 5, column.name_len);
    layout_.extra.append(head, sizeof head);
    layout_.extra.append(layout_.names.data() + column.name, column.name_len);
  }
  header.schema_id = tide_xxh64(layout_.extra.data() + start, layout_.extra.size() - start, 0);
  layout_.extra.clear();
  // Pieces point into `extra`, so it must not move while they are made: ids, times, bitmaps' last bytes, metadata.
  layout_.extra.room(1024 + variants_.metadata_bytes());
}

void Decoder::lay_out_column(const Column &column, tide_column &into) {
  into.enc = column.encoding();
  into.nulls = column.nulls();
  if (into.nulls != 0) into.valid = buffer({column.valid(), (rows_ + 7u) / 8u});
  Slice data = column.data(rows_);
  into.data = buffer(data);
  into.data_len = static_cast<uint32_t>(data.size);
  Slice heap = column.heap_bytes();
  if (into.enc == TIDE_FLAT && heap.size != 0) {
    into.heap = buffer(heap);
    into.heap_len = static_cast<uint32_t>(heap.size);
  }
}

void Decoder::lay_out_rows() {
  std::vector<tide_column> &all = layout_.columns;
  uint32_t at = 0;
  if (all[0].role == TIDE_ROLE_ID && all[0].name_len == 0) {
    int64_t sequence[2] = {0, 1}; // write_frame puts the first id in
    all[0].enc = TIDE_SEQ;
    all[0].data = buffer(extra(sequence, sizeof sequence));
    all[0].data_len = sizeof sequence;
    at++;
  }
  for (auto &column : columns_) {
    column->finish(rows_);
    lay_out_column(*column, all[at++]);
  }
  if (time_ != none) {
    const int64_t *times = reinterpret_cast<const int64_t *>(columns_[time_]->data(rows_).data);
    int64_t least = times[0], greatest = times[0];
    for (uint32_t i = 1; i < rows_; i++) {
      least = times[i] < least ? times[i] : least;
      greatest = times[i] > greatest ? times[i] : greatest;
    }
    layout_.header.tmin = least;
    layout_.header.tmax = greatest;
  }
  all[at].enc = TIDE_CONST;
  all[at].data = buffer(extra(&ingest_, sizeof ingest_));
  all[at++].data_len = sizeof ingest_;
  if (rest_) lay_out_column(*rest_, all[at]);
}

void Decoder::lay_out_riders() {
  std::vector<tide_column> &all = layout_.columns;
  uint32_t first = static_cast<uint32_t>(all.size() - columns_.size() - (rest_ ? 2 : 1)); // of the plan's columns
  auto names = static_cast<uint16_t>(TIDE_NONE_COLUMN);
  for (uint32_t i = 0; i < columns_.size(); i++) {
    if (columns_[i]->encoding() != TIDE_DICT16) continue;
    const Names &values = columns_[i]->dictionary();
    tide_column column = descriptor(columns_[i]->type, TIDE_FLAT, values.size());
    column.data_len = (values.size() + 1) * 4;
    column.data = buffer({reinterpret_cast<const uint8_t *>(values.offsets()), column.data_len});
    column.heap_len = static_cast<uint32_t>(values.bytes());
    if (column.heap_len != 0) column.heap = buffer({values.text(), column.heap_len});
    all[first + i].dict = static_cast<uint16_t>(all.size());
    all.push_back(column);
  }
  for (uint32_t i = first; i < layout_.header.top; i++) {
    if (all[i].type != TIDE_VARIANT) continue;
    if (names == TIDE_NONE_COLUMN) {
      tide_column column = descriptor(TIDE_BINARY, TIDE_CONST, 1);
      uint32_t offsets[2] = {0, static_cast<uint32_t>(variants_.metadata_bytes())};
      column.data = buffer(extra(offsets, sizeof offsets));
      column.data_len = sizeof offsets;
      size_t at = layout_.extra.size();
      variants_.write_metadata(layout_.extra.room(offsets[1]));
      layout_.extra.advance(offsets[1]);
      column.heap = buffer({layout_.extra.data() + at, offsets[1]});
      column.heap_len = offsets[1];
      names = static_cast<uint16_t>(all.size());
      all.push_back(column);
    }
    all[i].dict = names;
  }
  if (verbatim_) {
    tide_column column = descriptor(TIDE_BINARY, TIDE_FLAT, rows_);
    verbatim_->finish(rows_);
    lay_out_column(*verbatim_, column);
    layout_.header.verbatim = static_cast<uint16_t>(all.size());
    if (frame_header_) column.dict = static_cast<uint16_t>(all.size() + 1);
    all.push_back(column);
  }
  if (verbatim_ && frame_header_) {
    Slice head = {frame_header_->text.data(), frame_header_->text.size()};
    tide_column column = descriptor(TIDE_BINARY, TIDE_CONST, 1);
    uint32_t offsets[2] = {0, static_cast<uint32_t>(head.size)};
    column.data = buffer(extra(offsets, sizeof offsets));
    column.data_len = sizeof offsets;
    column.heap = buffer(head);
    column.heap_len = offsets[1];
    all.push_back(column);
  }
}

uint64_t Decoder::write_frame(uint8_t *into, uint64_t capacity, uint32_t stream, int64_t first_id) {
  uint64_t length = frame_bytes();
  if (length == 0 || length > capacity) return 0;
  layout_.header.stream = stream;
  uint8_t *p = into;
  auto put = [&](uint32_t at, const void *bytes, size_t size) {
    std::memset(p, 0, static_cast<size_t>(into + at - p));
    if (size != 0) std::memcpy(into + at, bytes, size);
    p = into + at + size;
  };
  put(0, &layout_.header, sizeof layout_.header);
  put(layout_.header.desc, layout_.columns.data(), layout_.columns.size() * sizeof(tide_column));
  put(layout_.header.names, layout_.names.data(), layout_.names.size());
  for (const Piece &piece : layout_.pieces) put(piece.at, piece.bytes.data, piece.bytes.size);
  std::memset(p, 0, static_cast<size_t>(into + length - p));

  const tide_column &id = layout_.columns[0];
  if (id.enc == TIDE_SEQ) store(into + id.data, first_id);
  // Bits behind the last row are padding too.
  if ((rows_ & 7) != 0)
    for (uint32_t i = 0; i < layout_.header.top; i++)
      if (uint32_t valid = layout_.columns[i].valid; valid != 0) into[valid + (rows_ >> 3)] &= static_cast<uint8_t>((1u << (rows_ & 7)) - 1);

  for (auto &column : columns_) column->clear();
  if (rest_) rest_->clear();
  if (verbatim_) verbatim_->clear();
  variants_.clear();
  rows_ = 0;
  bytes_ = 0;
  layout_.done = false;
  return length;
}

} // namespace records

