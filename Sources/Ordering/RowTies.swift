import Glibc
import PluginKit

/// The order of rows whose times and ids are one number: by the whole ids, then by a hash of all that the rows hold.
///
/// Two sources may number their rows alike. With this, it makes no difference which of such rows came first; when a row was read
/// is not looked at, for that depends on arrival. Rows of one hash are alike.
final class RowTies {
  private let reader = KeyReader()
  private var columns: [ColumnView] = []
  /// Their values are compared as they are written: 1 and 1.0 are one key there, and not alike.
  private var variants: [ColumnView] = []
  /// The frame whose columns these are.
  private var frame: UnsafePointer<tide_frame>?
  private var schema: UInt64 = 0

  /// XXH64 of a row's values and its schema; never 0.
  func hash(_ frame: FrameView, _ row: Int) -> UInt64 {
    if self.frame != frame.frame || schema != frame.schemaID { learn(frame) }
    let bytes = reader.bytes(of: columns, row: row)
    var hash = tide_xxh64(bytes.baseAddress, UInt64(bytes.count), frame.schemaID)
    for column in variants {
      let value = column.bytes(row)
      hash = tide_xxh64(value.baseAddress, UInt64(value.count), hash)
    }
    return max(1, hash)
  }

  private func learn(_ frame: FrameView) {
    (self.frame, schema) = (frame.frame, frame.schemaID)
    columns.removeAll(keepingCapacity: true)
    variants.removeAll(keepingCapacity: true)
    for index in 0..<frame.columnCount {
      let column = frame.column(index)
      guard column.role != .ingestTime else { continue }
      if column.type == .variant { variants.append(column) } else { columns.append(column) }
    }
  }

  /// How two ids compare that begin alike: below 0 when the first one is less.
  static func order(_ a: FrameView, _ rowA: Int, _ b: FrameView, _ rowB: Int) -> Int {
    guard let idA = a.column(role: .id), let idB = b.column(role: .id) else { return 0 }
    let (one, other) = (idA.bytes(rowA), idB.bytes(rowB))
    let common = min(one.count, other.count)
    if common > 0 {
      let order = memcmp(one.baseAddress!, other.baseAddress!, common)
      if order != 0 { return Int(order) }
    }
    return one.count - other.count
  }
}
