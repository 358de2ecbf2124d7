/// A row that is kept: what is asked of it often, and behind that its cells.
struct KeptRow {
  typealias Reference = UnsafeMutablePointer<KeptRow>

  var time: Int64
  /// The row's id, or a hash of it where it is a text.
  var id: Int64
  /// Of windows: the end of the first one that the row takes part in. Of intervals: which row of all it is.
  var mark: Int64
  var key: UInt32
  /// Bytes of the cells.
  var length: UInt32
  var isIDText: Bool
  /// True once the row was part of a pair.
  var isMatched = false

  /// What a row takes with so many bytes of cells.
  static func size(cells: Int) -> Int { MemoryLayout<KeptRow>.stride + cells }
}

extension KeptRow.Reference {
  var cells: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: UnsafeRawPointer(self + 1), count: Int(pointee.length))
  }

  /// By time, then by id: integers before texts, these in the order of their bytes.
  func isBefore(_ other: KeptRow.Reference) -> Bool {
    if pointee.time != other.pointee.time { return pointee.time < other.pointee.time }
    if pointee.isIDText != other.pointee.isIDText { return other.pointee.isIDText }
    guard pointee.isIDText else { return pointee.id < other.pointee.id }
    return RowCells.idText(cells).lexicographicallyPrecedes(RowCells.idText(other.cells))
  }
}
