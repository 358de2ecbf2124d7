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
  private let bytes = ValueKey()

  init(_ columns: [TableColumn], _ rowCount: Int, _ keyTypes: [RecordPlan.ColumnType], _ keys: KeyTable, _ rows: [Int32]) {
    self.columns = columns
    self.rowCount = rowCount
    self.keyTypes = keyTypes
    self.keys = keys
    self.rows = rows
  }

  /// Looks up the rows of a batch by columns that hold the key. Those that the table does not have get -1; true when there are some.
  func find(_ batch: Batch, by columns: [ColumnView], _ found: UnsafeMutablePointer<Int32>) -> Bool {
    var missing = 0
    if columns.contains(where: { $0.type == .variant }) {
      var at = 0
      for row in batch.rows {
        let row = bytes.withKey(of: columns, row) { self.row(keys.number(of: $0)) }
        found[at] = row
        missing &+= row < 0 ? 1 : 0
        at &+= 1
      }
    } else {
      let numbers = keys.numbers(of: batch, by: columns)
      for at in 0..<batch.count {
        let row = row(numbers[at])
        found[at] = row
        missing &+= row < 0 ? 1 : 0
      }
    }
    forgetStrangers()
    return missing > 0
  }

  /// The same by the values of an expression.
  func find(_ values: ColumnValues, _ found: UnsafeMutablePointer<Int32>) -> Bool {
    var missing = 0
    for at in 0..<values.count {
      let row = bytes.withKey(of: values, at) { self.row(keys.number(of: $0)) } ?? -1
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
