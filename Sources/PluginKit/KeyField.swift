import CTidemill
import Frames

/// The fields of a key, from their key bytes back into columns.
public enum KeyField {
  /// A key dictionary of variants that holds no key.
  public static let noKeys: [UInt8] = [0x11, 0, 0]

  /// Type of a key's column in results.
  public static func type(of column: ColumnView) -> ColumnType {
    switch column.type {
    case .int, .int32, .uint16, .int8, .duration: .int
    case .double, .float, .decimal: .double
    case .bool: .bool
    case .time: .time
    case .binary, .fixed: .binary
    case .variant, .uint64: .variant
    case .string, .list, .structure, nil: .string
    }
  }

  /// Puts the values of a key into columns that follow each other. A value that is none of its column's type is null.
  public static func put(_ key: UnsafeRawBufferPointer, into builder: FrameBuilder, from column: Int, types: [ColumnType?]) {
    guard types.count > 1 else {
      if types.count == 1 { put(key, into: builder, column, types[0] ?? .string) }
      return
    }
    var at = 1
    for (index, type) in types.enumerated() {
      let length = Int(key.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      let part = UnsafeRawBufferPointer(rebasing: key[at + 4..<at + 4 + length])
      put(part, into: builder, column + index, type ?? .string)
      at += 4 + length
    }
  }

  /// True for bytes that can be the key of so many fields.
  public static func isKey(_ key: UnsafeRawBufferPointer, ofFields count: Int) -> Bool {
    guard count > 1 else { return count == 0 ? key.isEmpty : isValue(key) }
    guard key.first == UInt8(TIDE_KEY_SEVERAL) else { return false }
    var at = 1
    for _ in 0..<count {
      guard at + 4 <= key.count else { return false }
      let length = Int(key.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      guard length <= key.count - at - 4, isValue(UnsafeRawBufferPointer(rebasing: key[at + 4..<at + 4 + length])) else {
        return false
      }
      at += 4 + length
    }
    return at == key.count
  }

  private static func isValue(_ value: UnsafeRawBufferPointer) -> Bool {
    guard let tag = value.first else { return false }
    switch Int32(tag) {
    case TIDE_KEY_NULL, TIDE_KEY_FALSE, TIDE_KEY_TRUE: return value.count == 1
    case TIDE_KEY_INTEGER, TIDE_KEY_DOUBLE, TIDE_KEY_TIME, TIDE_KEY_UNSIGNED: return value.count == 9
    case TIDE_KEY_TEXT: return String(validating: value[1...], as: UTF8.self) != nil
    case TIDE_KEY_BINARY: return true
    case TIDE_KEY_DECIMAL: return value.count == 18 && value[1] <= 38
    default: return false
    }
  }

  @inline(__always)
  private static func put(_ value: UnsafeRawBufferPointer, into builder: FrameBuilder, _ column: Int, _ type: ColumnType) {
    let tag = Int32(value[0])
    let rest = UnsafeRawBufferPointer(rebasing: value[1...])
    switch (type, tag) {
    case (.string, TIDE_KEY_TEXT): builder.put(column, utf8: rest)
    case (.int, TIDE_KEY_INTEGER): builder.put(column, word(rest))
    case (.double, TIDE_KEY_INTEGER): builder.put(column, Double(word(rest)))
    case (.double, TIDE_KEY_DOUBLE): builder.put(column, Double(bitPattern: UInt64(bitPattern: word(rest))))
    case (.double, TIDE_KEY_UNSIGNED): builder.put(column, Double(UInt64(bitPattern: word(rest))))
    case (.double, TIDE_KEY_DECIMAL): builder.put(column, decimal(rest))
    case (.bool, TIDE_KEY_TRUE), (.bool, TIDE_KEY_FALSE): builder.put(column, tag == TIDE_KEY_TRUE)
    case (.time, TIDE_KEY_TIME): builder.put(column, time: word(rest))
    case (.binary, TIDE_KEY_BINARY): builder.put(column, binary: rest)
    case (.variant, _): variant(tag, rest, into: builder, column)
    default: builder.putNull(column)
    }
  }

  private static func word(_ bytes: UnsafeRawBufferPointer) -> Int64 { bytes.loadUnaligned(as: Int64.self) }

  private static func decimal(_ bytes: UnsafeRawBufferPointer) -> Double {
    let low = bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self)
    let high = bytes.loadUnaligned(fromByteOffset: 9, as: Int64.self)
    var number = Double(Int128(high) << 64 | Int128(low))
    for _ in 0..<bytes[0] { number /= 10 }
    return number
  }

  /// A value in Parquet's Variant encoding (github.com/apache/parquet-format, VariantEncoding.md). A list or a map, whose bytes
  /// mean nothing outside of its frame, is null.
  private static func variant(_ tag: Int32, _ rest: UnsafeRawBufferPointer, into builder: FrameBuilder, _ column: Int) {
    var bytes: [UInt8]
    switch tag {
    case TIDE_KEY_TRUE: bytes = [1 << 2]
    case TIDE_KEY_FALSE: bytes = [2 << 2]
    case TIDE_KEY_INTEGER: bytes = [6 << 2] + Array(rest)
    case TIDE_KEY_DOUBLE: bytes = [7 << 2] + Array(rest)
    case TIDE_KEY_UNSIGNED:
      bytes = [7 << 2]
      withUnsafeBytes(of: Double(UInt64(bitPattern: word(rest))).bitPattern.littleEndian) { bytes += $0 }
    case TIDE_KEY_TIME: bytes = [18 << 2] + Array(rest)
    case TIDE_KEY_TEXT:
      bytes = [16 << 2]
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: rest.count).littleEndian) { bytes += $0 }
      bytes += rest
    case TIDE_KEY_BINARY:
      let isScalar = rest.first.map { $0 & 3 < 2 } ?? false
      return isScalar ? builder.put(column, variant: rest) : builder.putNull(column)
    default: return builder.putNull(column)
    }
    bytes.withUnsafeBytes { builder.put(column, variant: $0) }
  }
}
