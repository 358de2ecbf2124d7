import PluginKit

/// Key bytes as docs/frames.md has them under "Keys and key groups", but that a list or an object is no key.
final class ValueKey {
  private var bytes: [UInt8] = []
  private let reader = KeyReader()

  /// Calls `body` with the key bytes; nil for no value, and for one that is no key.
  func withKey<Result>(of values: ColumnValues, _ at: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    guard values.isValid(at) else { return nil }
    bytes.removeAll(keepingCapacity: true)
    switch values.type {
    case .bool: bytes.append(UInt8(values.bools![at] != 0 ? TIDE_KEY_TRUE : TIDE_KEY_FALSE))
    case .int: put(TIDE_KEY_INTEGER, UInt64(bitPattern: values.ints![at]))
    case .time: put(TIDE_KEY_TIME, UInt64(bitPattern: values.times![at]))
    case .double: put(values.doubles![at])
    case .string: put(TIDE_KEY_TEXT, Self.raw(values.strings![at]))
    case .binary: put(TIDE_KEY_BINARY, Self.raw(values.strings![at]))
    case .variant:
      let key = reader.bytes(ofVariant: values.strings![at])
      if Self.isKey(key) { bytes.append(contentsOf: key) }
    default: return nil
    }
    return bytes.isEmpty ? nil : bytes.withUnsafeBytes(body)
  }

  /// The same of a row's values in several columns.
  func withKey<Result>(of columns: [ColumnView], _ row: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.removeAll(keepingCapacity: true)
    guard columns.count > 1 else {
      put(columns[0], row)
      return bytes.withUnsafeBytes(body)
    }
    bytes.append(UInt8(TIDE_KEY_SEVERAL))
    for column in columns {
      let start = bytes.count
      bytes.append(contentsOf: [0, 0, 0, 0])
      put(column, row)
      let count = UInt32(bytes.count - start - 4)
      bytes.withUnsafeMutableBytes { $0.storeBytes(of: count.littleEndian, toByteOffset: start, as: UInt32.self) }
    }
    return bytes.withUnsafeBytes(body)
  }

  private func put(_ column: ColumnView, _ row: Int) {
    let key = reader.bytes(of: column, row: row)
    if Self.isKey(key) { bytes.append(contentsOf: key) } else { bytes.append(UInt8(TIDE_KEY_NULL)) }
  }

  private static func isKey(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes[0] != UInt8(TIDE_KEY_NESTED) }

  private static func raw(_ text: tide_string) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: text.data, count: Int(text.length))
  }

  /// A double that is an integer is the same key.
  private func put(_ number: Double) {
    if let whole = Int64(exactly: number) { return put(TIDE_KEY_INTEGER, UInt64(bitPattern: whole)) }
    put(TIDE_KEY_DOUBLE, number.isNaN ? 0x7FF8_0000_0000_0000 : number.bitPattern)
  }

  private func put(_ tag: Int32, _ word: UInt64) { withUnsafeBytes(of: word.littleEndian) { put(tag, $0) } }

  private func put(_ tag: Int32, _ rest: UnsafeRawBufferPointer) {
    bytes.append(UInt8(tag))
    bytes.append(contentsOf: rest)
  }
}
