import PluginKit

/// What rows of a frame weigh in bytes: 8 for a number, time or truth, 4 and its length for a text, the original record likewise.
///
/// A row weighs the same in every frame, however that encodes it. That makes a limit in bytes repeatable.
struct RowWeights {
  private let selection: UnsafePointer<UInt16>?
  private let fixed: Int
  /// Columns whose values have lengths.
  private let texts: [ColumnView]

  init(_ frame: FrameView, selection: UnsafePointer<UInt16>?) {
    self.selection = selection
    var columns = (0..<frame.columnCount).map { frame.column($0) }
    if frame.hasVerbatim { columns.append(frame.column(Int(frame.frame.pointee.verbatim))) }
    texts = columns.filter { $0.type?.hasHeap == true }
    fixed = 8 * (columns.count - texts.count) + 4 * texts.count
  }

  /// Weight of the visited rows `range`, counted from the first that is visited.
  func total(_ range: Range<Int>) -> Int { texts.reduce(fixed * range.count) { $0 + length($1, range) } }

  /// How many rows from the front of `range` weigh at most `room`, which is known to be less than all of them.
  func count(of range: Range<Int>, within room: Int) -> Int {
    var left = room
    for k in range {
      left -= total(k..<k + 1)
      if left < 0 { return k - range.lowerBound }
    }
    return range.count
  }

  private func row(_ k: Int) -> Int { selection.map { Int($0[k]) } ?? k }

  private func length(_ column: ColumnView, _ range: Range<Int>) -> Int {
    guard let first = range.first, let last = range.last else { return 0 }
    let (from, to) = (row(first), row(last))
    // The texts of a flat column stand one behind the other.
    if column.encoding == .flat, column.validity == nil, to - from == last - first,
      let start = column.bytes(from).baseAddress, let end = column.bytes(to).baseAddress
    {
      return end + column.bytes(to).count - start
    }
    return range.reduce(0) { $0 + column.bytes(row($1)).count }
  }
}
