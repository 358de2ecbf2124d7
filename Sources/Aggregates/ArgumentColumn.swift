import PluginKit

/// The values of an argument for the rows of a batch, as loops want them.
struct ArgumentColumn {
  let type: ColumnType
  let data: UnsafeRawPointer
  /// One a row, 0 where there is a value; nil when each row has one.
  let states: UnsafePointer<UInt8>?

  /// What a column of no rows points to.
  nonisolated(unsafe) private static let nothing = UnsafeRawPointer(
    UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16))

  /// A column of no rows.
  static var none: ArgumentColumn { ArgumentColumn(ColumnValues(tide_values())) }

  init(_ values: ColumnValues) {
    type = values.type ?? .variant
    data = values.raw.data ?? Self.nothing
    states = values.raw.state
  }

  var doubles: UnsafePointer<Double> { data.assumingMemoryBound(to: Double.self) }
  var ints: UnsafePointer<Int64> { data.assumingMemoryBound(to: Int64.self) }

  /// The value of a row that has one.
  @inline(__always) func scalar(_ row: UInt32) -> Scalar {
    let row = Int(row)
    switch type {
    case .double: return Scalar(doubles[row])
    case .int: return Scalar(ints[row])
    case .time: return Scalar(ints[row], .time)
    case .duration: return Scalar(ints[row], .duration)
    case .uint64: return Scalar(unsigned: data.assumingMemoryBound(to: UInt64.self)[row])
    case .bool: return Scalar(.bool, UInt64(data.assumingMemoryBound(to: UInt8.self)[row] & 1))
    case .string, .binary:
      let text = data.assumingMemoryBound(to: tide_string.self)[row]
      return Scalar(
        type == .string ? .string : .binary, bytes: UnsafeRawBufferPointer(start: text.data, count: Int(text.length)))
    case .variant: return Self.scalar(data.assumingMemoryBound(to: tide_string.self)[row])
    default: return .none
    }
  }

  private static func scalar(_ value: tide_string) -> Scalar {
    switch Int32(tide_var_kind(value)) {
    case TIDE_VAR_ABSENT, TIDE_VAR_NULL: return .null
    case TIDE_VAR_BOOL: return Scalar(.bool, tide_var_bool(value) != 0 ? 1 : 0)
    case TIDE_VAR_INT: return Scalar(tide_var_i64(value))
    case TIDE_VAR_DOUBLE: return Scalar(tide_var_f64(value))
    case TIDE_VAR_DECIMAL:
      return Self.decimal(value)
    case TIDE_VAR_TIME: return Scalar(tide_var_time(value), .time)
    case TIDE_VAR_STRING: return Scalar(.string, bytes: bytes(tide_var_string(value)))
    case TIDE_VAR_BINARY, TIDE_VAR_UUID: return Scalar(.binary, bytes: bytes(tide_var_binary(value)))
    default: return .none
    }
  }

  /// A whole number that neither 64 bits nor a double holds is none that one can calculate with.
  private static func decimal(_ value: tide_string) -> Scalar {
    let reader = VariantReader(value: bytes(value), keys: UnsafeRawBufferPointer(start: nil, count: 0))
    guard let decimal = reader.decimal else { return .none }
    if decimal.scale > 0 { return reader.nearestDouble.map { Scalar($0) } ?? .none }
    if let int = Int64(exactly: decimal.significand) { return Scalar(int) }
    if let uint = UInt64(exactly: decimal.significand) { return Scalar(unsigned: uint) }
    return Double(exactly: decimal.significand).map { Scalar($0) } ?? .none
  }

  private static func bytes(_ text: tide_string) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: text.data, count: Int(text.length))
  }
}
