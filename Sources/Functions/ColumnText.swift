import CTidemill

/// A value of a column for a message.
enum ColumnText {
  /// Longest text that is shown, in characters.
  private static let longest = 40

  static func of(_ frame: UnsafePointer<tide_frame>, _ column: Int32, _ row: UInt32) -> String {
    switch Int32(tide_type(frame, column)) {
    case TIDE_BOOL: tide_bool(frame, column, row) != 0 ? "true" : "false"
    case TIDE_I64, TIDE_I32, TIDE_U16, TIDE_I8: "\(tide_i64(frame, column, row))"
    case TIDE_U64: "\(tide_u64(frame, column, row))"
    case TIDE_F64, TIDE_F32: "the double \(tide_f64(frame, column, row))"
    case TIDE_TIME: "a time"
    case TIDE_DURATION: "a duration"
    case TIDE_UTF8: quoted(tide_utf8(frame, column, row))
    case TIDE_VARIANT: variant(frame, column, row)
    case TIDE_BINARY, TIDE_FIXED: "binary"
    case TIDE_DECIMAL128: "a decimal"
    case TIDE_LIST: "a list"
    default: "a structure"
    }
  }

  private static func variant(_ frame: UnsafePointer<tide_frame>, _ column: Int32, _ row: UInt32) -> String {
    var keys = tide_string()
    let value = tide_var(frame, column, row, &keys)
    switch Int32(tide_var_kind(value)) {
    case TIDE_VAR_BOOL: return tide_var_bool(value) != 0 ? "true" : "false"
    case TIDE_VAR_INT: return "\(tide_var_i64(value))"
    case TIDE_VAR_DOUBLE: return "the double \(tide_var_f64(value))"
    case TIDE_VAR_DECIMAL:
      let number = tide_var_decimal(value)
      return number.scale == 0 && number.high == 0 ? "\(number.low)" : "a decimal"
    case TIDE_VAR_STRING: return quoted(tide_var_string(value))
    case TIDE_VAR_TIME, TIDE_VAR_DAY_TIME: return "a time"
    case TIDE_VAR_OBJECT: return "an object"
    case TIDE_VAR_ARRAY: return "a list"
    default: return "of another kind"
    }
  }

  private static func quoted(_ text: tide_string) -> String {
    let bytes = UnsafeRawBufferPointer(start: text.data, count: Int(text.length))
    let shown = String(decoding: bytes.prefix(4 * longest), as: UTF8.self)
    return shown.count > longest ? "'\(shown.prefix(longest - 3))...'" : "'\(shown)'"
  }
}
