import Glibc
import PluginKit

/// The order of rows whose times and ids are one number: by the whole ids, then by all that the rows hold.
///
/// Two sources may number their rows alike. With this, it makes no difference which of such rows came first; when a row was read
/// is not looked at, for that depends on arrival.
final class RowTies {
  private let one = KeyReader(), other = KeyReader()
  private var columns: [ColumnView] = []

  /// True when the first row comes before the second one, which both have ids of one form.
  func isBefore(_ a: FrameView, _ rowA: Int, _ b: FrameView, _ rowB: Int, form: RowIDs.Form) -> Bool {
    if form == .text, let idA = a.column(role: .id), let idB = b.column(role: .id) {
      let order = Self.order(idA.bytes(rowA), idB.bytes(rowB))
      if order != 0 { return order < 0 }
    }
    if a.schemaID != b.schemaID { return a.schemaID < b.schemaID }
    let bytesA = bytes(one, a, rowA), bytesB = bytes(other, b, rowB)
    return Self.order(bytesA, bytesB) < 0
  }

  private func bytes(_ reader: KeyReader, _ frame: FrameView, _ row: Int) -> UnsafeRawBufferPointer {
    columns.removeAll(keepingCapacity: true)
    for index in 0..<frame.columnCount {
      let column = frame.column(index)
      if column.role != .ingestTime { columns.append(column) }
    }
    return reader.bytes(of: columns, row: row)
  }

  private static func order(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let common = min(a.count, b.count)
    if common > 0 {
      let order = memcmp(a.baseAddress!, b.baseAddress!, common)
      if order != 0 { return Int(order) }
    }
    return a.count - b.count
  }
}
