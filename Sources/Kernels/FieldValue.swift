import CTidemill
import Expressions
import Frames

/// Values of a frame's columns as values of the language.
enum FieldValue {
  /// The value of a row of a column; nil when it is null or absent.
  static func read(_ frame: UnsafePointer<tide_frame>, _ column: Int32, _ row: UInt32) -> Value? {
    guard tide_valid(frame, column, row) != 0 else { return nil }
    let descriptor = tide_col(frame, column).pointee
    switch UInt32(descriptor.type) {
    case UInt32(TIDE_BOOL): return .bool(tide_i64(frame, column, row) != 0)
    case UInt32(TIDE_I64), UInt32(TIDE_I32), UInt32(TIDE_U16), UInt32(TIDE_I8): return .int(tide_i64(frame, column, row))
    case UInt32(TIDE_U64): return .uint(tide_u64(frame, column, row))
    case UInt32(TIDE_F64), UInt32(TIDE_F32): return .double(tide_f64(frame, column, row))
    case UInt32(TIDE_DECIMAL128): return .double(tide_decimal_f64(tide_decimal128(frame, column, row)))
    case UInt32(TIDE_TIME): return .timestamp(Timestamp(nanoseconds: tide_i64(frame, column, row)))
    case UInt32(TIDE_DURATION): return .duration(Duration(nanoseconds: tide_i64(frame, column, row)))
    case UInt32(TIDE_UTF8): return .string(Text(utf8: bytes(tide_bytes(frame, column, row))))
    case UInt32(TIDE_BINARY), UInt32(TIDE_FIXED): return .bytes(bytes(tide_bytes(frame, column, row)))
    case UInt32(TIDE_VARIANT):
      var keys = tide_string()
      let value = tide_var(frame, column, row, &keys)
      return Value(VariantReader(value: raw(value), keys: raw(keys)))
    case UInt32(TIDE_LIST): return list(frame, column, row)
    case UInt32(TIDE_STRUCT): return record(frame, column, row)
    default: return nil
    }
  }

  private static func list(_ frame: UnsafePointer<tide_frame>, _ column: Int32, _ row: UInt32) -> Value {
    let place = tide_list(frame, column, row)
    return .list((0..<place.count).map { read(frame, place.column, place.row + $0) ?? .null })
  }

  private static func record(_ frame: UnsafePointer<tide_frame>, _ column: Int32, _ row: UInt32) -> Value {
    var map = ValueMap()
    for child in 0..<tide_children(frame, column) {
      let place = tide_field(frame, column, row, child)
      guard place.count != 0, let value = read(frame, place.column, place.row) else { continue }
      _ = map.insert(.string(Text(utf8: bytes(tide_name(frame, place.column)))), value)
    }
    return .map(map)
  }

  static func bytes(_ text: tide_string) -> [UInt8] { Array(raw(text)) }

  static func raw(_ text: tide_string) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: text.data, count: Int(text.length))
  }
}

extension Timestamp {
  /// From nanoseconds since the epoch.
  init(nanoseconds: Int64) {
    let (seconds, rest) = Self.parts(nanoseconds)
    self.init(seconds: seconds, nanoseconds: rest)
  }

  /// Nanoseconds since the epoch; nil where 64 bits do not hold them, before 1677-09-21 and after 2262-04-11.
  var total: Int64? { Self.total(seconds, nanoseconds) }

  /// Whole seconds, rounded down, and what is left.
  static func parts(_ nanoseconds: Int64) -> (Int64, Int32) {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return remainder < 0 ? (quotient - 1, Int32(remainder + 1_000_000_000)) : (quotient, Int32(remainder))
  }

  static func total(_ seconds: Int64, _ nanoseconds: Int32) -> Int64? {
    Int64(exactly: Int128(seconds) * 1_000_000_000 + Int128(nanoseconds))
  }
}

extension Expressions.Duration {
  init(nanoseconds: Int64) {
    let (seconds, rest) = Timestamp.parts(nanoseconds)
    self.init(seconds: seconds, nanoseconds: rest)
  }

  init?(microseconds: Int64) {
    let (nanoseconds, isTooLong) = microseconds.multipliedReportingOverflow(by: 1000)
    if isTooLong { return nil }
    self.init(nanoseconds: nanoseconds)
  }

  /// Nanoseconds; nil when they are too many.
  var total: Int64? { Timestamp.total(seconds, nanoseconds) }
}

extension Value {
  /// Why a column of nanoseconds cannot hold a time or a duration, in a sentence; nil when it can, and for all other values.
  var beyondColumn: String? {
    switch self {
    case .timestamp(let time) where time.total == nil:
      "the time \(time.text) is beyond what a field holds, which is from \(Timestamp(nanoseconds: .min).text) to "
        + "\(Timestamp(nanoseconds: .max).text)"
    case .duration(let duration) where duration.total == nil:
      "the duration \(duration.text) is beyond what a field holds, which is from "
        + "\(Expressions.Duration(nanoseconds: .min).text) to \(Expressions.Duration(nanoseconds: .max).text)"
    default: nil
    }
  }
}
