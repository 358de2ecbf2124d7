// One value of a column as JSON. Validity was looked at before.
#include "Digits.hpp"
#include "Encoder.hpp"
#include "Text.hpp"
#include "Time.hpp"

namespace records {

namespace {
template <class T> T load_at(const uint8_t *p, uint32_t i) {
  T value;
  std::memcpy(&value, p + sizeof value * static_cast<uint64_t>(i), sizeof value);
  return value;
}
} // namespace

void Encoder::value(const tide_column &column, uint32_t i, uint32_t depth) {
  const uint8_t *data = at(column.data);
  if (column.enc == TIDE_SEQ) {
    uint64_t base = load_at<uint64_t>(data, 0), step = load_at<uint64_t>(data, 1);
    uint64_t integer = base + i * step;
    if (column.type == TIDE_U64) return put_integer(out_, integer);
    return column.type == TIDE_TIME ? time(column, static_cast<int64_t>(integer)) : put_integer(out_, static_cast<int64_t>(integer));
  }
  if (column.enc == TIDE_CONST) i = 0;
  if (column.enc == TIDE_DICT16 && (column.type == TIDE_FIXED || column.type == TIDE_DECIMAL128)) {
    i = load_at<uint16_t>(data, i);
    data = at(tide_col(frame_, column.dict)->data);
  }
  switch (column.type) {
  case TIDE_BOOL: tide_bit_(data, i) ? out_.append("true", 4) : out_.append("false", 5); return;
  case TIDE_I64:
  case TIDE_DURATION: return put_integer(out_, load_at<int64_t>(data, i));
  case TIDE_F64: return write_double(out_, load_at<double>(data, i));
  case TIDE_TIME: return time(column, load_at<int64_t>(data, i));
  case TIDE_I32: return put_integer(out_, load_at<int32_t>(data, i));
  case TIDE_U16: return put_integer(out_, load_at<uint16_t>(data, i));
  case TIDE_I8: return put_integer(out_, load_at<int8_t>(data, i));
  case TIDE_F32: return write_float(out_, load_at<float>(data, i));
  case TIDE_U64: return put_integer(out_, load_at<uint64_t>(data, i));
  case TIDE_DECIMAL128: return put_decimal(out_, load_at<int128>(data, i), column.param & 0xFF);
  case TIDE_FIXED:
    out_.append("\"", 1);
    write_base64(out_, data + static_cast<uint64_t>(i) * column.param, column.param);
    out_.append("\"", 1);
    return;
  case TIDE_UTF8:
  case TIDE_BINARY:
  case TIDE_VARIANT: return bytes(column, i);
  case TIDE_LIST: return list(column, i, depth);
  case TIDE_STRUCT: return structure(column, i, depth);
  default: out_.append("null", 4);
  }
}

void Encoder::bytes(const tide_column &column, uint32_t i) {
  const tide_column *values = &column;
  if (column.enc == TIDE_DICT16) {
    i = load_at<uint16_t>(at(column.data), i);
    values = tide_col(frame_, column.dict);
  }
  const uint8_t *offsets = at(values->data);
  uint32_t from = load_at<uint32_t>(offsets, i), to = load_at<uint32_t>(offsets, i + 1);
  Slice text = {at(values->heap) + from, to - from};
  switch (column.type) {
  case TIDE_UTF8: write_string(out_, text.data, text.size); return;
  case TIDE_BINARY:
    out_.append("\"", 1);
    write_base64(out_, text.data, text.size);
    out_.append("\"", 1);
    return;
  default: write_variant(out_, text, keys(column.dict).names, 64);
  }
}

// A field of the source goes out in the form it came in; other times as the sink says.
void Encoder::time(const tide_column &column, int64_t time) {
  uint32_t form = column.param == RECORD_TIME_PLAIN || column.param > RECORD_TIME_RFC3339 ? plan_.time_format : column.param;
  uint8_t *p = out_.room(64);
  if (form >= RECORD_TIME_S && form <= RECORD_TIME_NS) {
    out_.end_at(write_epoch(p, time, 9 - 3 * (form - RECORD_TIME_S)));
    return;
  }
  *p = '"';
  p = write_rfc3339(p + 1, time);
  *p++ = '"';
  out_.end_at(p);
}

void Encoder::list(const tide_column &column, uint32_t i, uint32_t depth) {
  const tide_column &child = *tide_col(frame_, column.first_child);
  uint32_t from = load_at<uint32_t>(at(column.data), i), to = load_at<uint32_t>(at(column.data), i + 1);
  if (depth == 0 || column.nchild != 1) {
    out_.append("null", 4);
    return;
  }
  out_.append("[", 1);
  for (uint32_t k = from; k < to; k++) {
    if (k != from) out_.append(",", 1);
    if (child.valid != 0 && !tide_bit_(at(child.valid), k))
      out_.append("null", 4);
    else
      value(child, k, depth - 1);
  }
  out_.append("]", 1);
}

void Encoder::structure(const tide_column &column, uint32_t i, uint32_t depth) {
  if (depth == 0) {
    out_.append("null", 4);
    return;
  }
  out_.append("{", 1);
  bool first = true;
  for (uint32_t c = column.first_child; c < static_cast<uint32_t>(column.first_child) + column.nchild; c++) {
    const tide_column &child = *tide_col(frame_, static_cast<int32_t>(c));
    if (child.valid != 0 && !tide_bit_(at(child.valid), i)) continue;
    tide_string name = tide_name(frame_, static_cast<int32_t>(c));
    if (!first) out_.append(",", 1);
    first = false;
    write_string(out_, reinterpret_cast<const uint8_t *>(name.data), name.length);
    out_.append(":", 1);
    value(child, i, depth - 1);
  }
  out_.append("}", 1);
}

} // namespace records
