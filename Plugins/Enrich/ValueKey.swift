import PluginKit

/// Key bytes as docs/frames.md has them under "Keys and key groups", but for variants: here those of the value that they hold, so that
/// a table finds it whatever column it stands in.
final class ValueKey {
  private var bytes: [UInt8] = []
  private let reader = KeyReader()

  /// Calls `body` with the key bytes; nil for no value, and for one that is no key.
  func withKey<Result>(of values: ColumnValues, _ at: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    guard values.isValid(at) else { return nil }
    bytes.removeAll(keepingCapacity: true)
    switch values.type {
    case .bool: put(values.bools![at] != 0)
    case .int: put(TIDE_KEY_INTEGER, UInt64(bitPattern: values.ints![at]))
    case .time: put(TIDE_KEY_TIME, UInt64(bitPattern: values.times![at]))
    case .double: put(values.doubles![at])
    case .string: put(TIDE_KEY_TEXT, Self.raw(values.strings![at]))
    case .binary: put(TIDE_KEY_BINARY, Self.raw(values.strings![at]))
    case .variant: put(VariantReader(value: Self.raw(values.strings![at]), keys: values.keys))
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
    let start = bytes.count
    if column.type == .variant, column.isValid(row) {
      put(column.variantReader(row))
    } else {
      bytes.append(contentsOf: reader.bytes(of: column, row: row))
    }
    // A list or an object is no key.
    if bytes.count == start { bytes.append(UInt8(TIDE_KEY_NULL)) }
  }

  private static func raw(_ text: tide_string) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: text.data, count: Int(text.length))
  }

  private func put(_ value: VariantReader) {
    if let truth = value.bool { return put(truth) }
    if let number = value.int { return put(TIDE_KEY_INTEGER, UInt64(bitPattern: number)) }
    if let time = value.time { return put(TIDE_KEY_TIME, UInt64(bitPattern: time)) }
    if let text = value.text { return put(TIDE_KEY_TEXT, text) }
    if let number = value.double { put(number) }
  }

  private func put(_ truth: Bool) { bytes.append(UInt8(truth ? TIDE_KEY_TRUE : TIDE_KEY_FALSE)) }

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
