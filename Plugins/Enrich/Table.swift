import Formats
import PluginKit

/// Rows of a file by their keys.
final class Table {
  let columns: [TableColumn]
  let rowCount: Int
  /// Types of the columns that hold the key.
  let keyTypes: [RecordPlan.ColumnType]
  private let keys: KeyTable
  /// For each number of a key its row; numbers beyond are of keys that the table does not have.
  private let rows: [Int32]

  init(_ columns: [TableColumn], _ rowCount: Int, _ keyTypes: [RecordPlan.ColumnType], _ keys: KeyTable, _ rows: [Int32]) {
    self.columns = columns
    self.rowCount = rowCount
    self.keyTypes = keyTypes
    self.keys = keys
    self.rows = rows
  }

  /// Looks up the rows of a batch by columns that hold the key. Those that the table does not have get -1; true when there are some.
  func find(_ batch: Batch, by columns: [ColumnView], _ found: UnsafeMutablePointer<Int32>) -> Bool {
    let numbers = keys.numbers(of: batch, by: columns)
    var missing = 0
    for at in 0..<batch.count {
      let row = row(numbers[at])
      found[at] = row
      missing &+= row < 0 ? 1 : 0
    }
    forgetStrangers()
    return missing > 0
  }

  /// The same by the values of an expression.
  func find(_ values: ColumnValues, _ found: UnsafeMutablePointer<Int32>) -> Bool {
    let bytes = ValueKey()
    var missing = 0
    for at in 0..<values.count {
      let row = bytes.withKey(values, at) { key in self.row(keys.number(of: key)) } ?? -1
      found[at] = row
      missing &+= row < 0 ? 1 : 0
    }
    forgetStrangers()
    return missing > 0
  }

  @inline(__always)
  private func row(_ number: UInt32) -> Int32 { Int(number) < rows.count ? rows[Int(number)] : -1 }

  /// Keys that the table does not have have been given numbers, too: those of the table stay below them.
  private func forgetStrangers() { if keys.count > 2 * rows.count + 65536 { keys.sweep() } }
}

/// Key bytes of a value of an expression; docs/frames.md has them under "Keys and key groups".
final class ValueKey {
  private var bytes: [UInt8] = []

  /// Calls `body` with the key bytes; nil for no value, and for one that is no key.
  func withKey<Result>(_ values: ColumnValues, _ at: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
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
