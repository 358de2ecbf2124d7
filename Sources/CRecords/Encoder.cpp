#include "Encoder.hpp"

#include "Digits.hpp"
#include "Text.hpp"

namespace records {

namespace {
// Schemas that are kept with their texts; a sink sees few.
constexpr size_t max_schemas = 16;
constexpr uint32_t max_depth = 16 + 64; // columns inside each other, and a variant in the last one
} // namespace

Encoder::Encoder(const record_encode_plan &plan) : plan_(plan), marks_(plan.delimiter) {
  for (uint32_t i = 0; i < plan.name_count; i++) {
    Bytes padded;
    padded.append(plan.names[i].data, plan.names[i].length);
    padded.room(1);
    columns_.insert(padded.data(), padded.size());
  }
  plan_.names = nullptr;
}

tide_string Encoder::encode(const tide_batch &batch) {
  out_.clear();
  refused_.clear();
  reasons_.clear();
  frame_ = batch.frame;
  keys_used_ = 0;
  schema_ = nullptr;
  if (plan_.format == RECORD_FORMAT_CSV) {
    csv(batch);
    return {reinterpret_cast<const char *>(out_.data()), out_.size()};
  }
  bool verbatim = plan_.verbatim && frame_->verbatim != 0;
  for (uint32_t k = 0; k < batch.count; k++) {
    uint32_t at = tide_row(batch.selection, k);
    tide_string text = verbatim ? tide_verbatim(frame_, at) : tide_string{nullptr, 0};
    if (text.data == nullptr && plan_.format == RECORD_FORMAT_TEXT) {
      uint32_t message = schema().message;
      if (message != none && tide_valid(frame_, static_cast<int32_t>(message), at))
        text = tide_utf8(frame_, static_cast<int32_t>(message), at);
    }
    if (text.data != nullptr) {
      uint8_t *into = out_.room(text.length + 1);
      std::memcpy(into, text.data, text.length);
      into[text.length] = '\n';
      out_.advance(text.length + 1);
    } else {
      row(at);
    }
  }
  return {reinterpret_cast<const char *>(out_.data()), out_.size()};
}

Encoder::Schema &Encoder::schema() {
  if (schema_ != nullptr) return *schema_;
  for (auto &known : schemas_)
    if (known->id == frame_->schema_id && known->top == frame_->top && known->id != 0) return *(schema_ = known.get());
  auto made = std::make_unique<Schema>();
  made->id = frame_->schema_id;
  made->top = frame_->top;
  for (uint32_t c = 0; c < frame_->top; c++) {
    tide_string name = tide_name(frame_, static_cast<int32_t>(c));
    const tide_column *column = tide_col(frame_, static_cast<int32_t>(c));
    // Without a name it is the host's own.
    if (name.length == 0) continue;
    // Children of other columns are written by those.
    if (column->parent != TIDE_NONE_COLUMN) continue;
    const uint8_t *text = reinterpret_cast<const uint8_t *>(name.data);
    if (column->type == TIDE_UTF8 && name.length == 7 && std::memcmp(text, "message", 7) == 0) made->message = c;
    uint32_t from = static_cast<uint32_t>(made->text.size());
    made->text.append(",", 1);
    write_string(made->text, text, name.length);
    made->text.append(":", 1);
    made->fields.push_back({c, from, static_cast<uint32_t>(made->text.size()) - from});
    Bytes padded;
    padded.append(text, name.length);
    made->names.insert(padded.data(), padded.size());
  }
  if (schemas_.size() < max_schemas) {
    schemas_.push_back(std::move(made));
    schema_ = schemas_.back().get();
  } else {
    schemas_[oldest_] = std::move(made);
    schema_ = schemas_[oldest_].get();
    oldest_ = (oldest_ + 1) % max_schemas;
  }
  return *schema_;
}

const Encoder::Keys &Encoder::keys(uint32_t descriptor) {
  for (size_t i = 0; i < keys_used_; i++)
    if (keys_[i]->descriptor == descriptor) return *keys_[i];
  if (keys_used_ == keys_.size()) keys_.push_back(std::make_unique<Keys>());
  Keys &keys = *keys_[keys_used_++];
  keys.descriptor = descriptor;
  keys.names.read(tide_bytes(frame_, static_cast<int32_t>(descriptor), 0));
  keys.columns.resize(keys.names.size());
  keys.places.resize(keys.names.size());
  for (uint32_t i = 0; i < keys.names.size(); i++) {
    Slice name = keys.names.name(i);
    uint32_t field = schema().names.find(name.data, name.size);
    keys.columns[i] = field == Names::none ? none : schema().fields[field].column;
    keys.places[i] = columns_.find(name.data, name.size);
  }
  return keys;
}

void Encoder::row(uint32_t row) {
  Schema &schema = this->schema();
  out_.append("{", 1);
  bool first = true;
  for (const Field &field : schema.fields) {
    const tide_column &column = *tide_col(frame_, static_cast<int32_t>(field.column));
    if (column.valid != 0 && !tide_bit_(at(column.valid), row)) continue;
    // The comma before the first field is left out.
    out_.append(schema.text.data() + field.from + first, field.length - first);
    first = false;
    value(column, row, max_depth);
  }
  rest(row, first);
  out_.append("}\n", 2);
}

void Encoder::rest(uint32_t row, bool &first) {
  int32_t column = tide_role(frame_, TIDE_ROLE_REST);
  if (column < 0 || tide_type(frame_, column) != TIDE_VARIANT || !tide_valid(frame_, column, row)) return;
  tide_string text = tide_bytes(frame_, column, row);
  Slice value = {reinterpret_cast<const uint8_t *>(text.data), text.length};
  VariantElements fields;
  if (!is_object(value) || !fields.open(value)) return;
  const Keys &keys = this->keys(tide_col(frame_, column)->dict);
  for (uint32_t i = 0; i < fields.count(); i++) {
    uint32_t number = fields.name(i);
    if (number >= keys.columns.size()) continue;
    // A column of that name goes before: no name is written twice.
    uint32_t twin = keys.columns[number];
    if (twin != none && tide_valid(frame_, static_cast<int32_t>(twin), row)) continue;
    if (!first) out_.append(",", 1);
    first = false;
    Slice name = keys.names.name(number);
    write_string(out_, name.data, name.size);
    out_.append(":", 1);
    write_variant(out_, fields.value(i), keys.names, max_depth);
  }
}

} // namespace records
