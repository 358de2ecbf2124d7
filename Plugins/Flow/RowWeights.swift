import PluginKit

/// What rows of a frame weigh in bytes: 8 for a value, 4 and its length for a text, the original record likewise, and for a list or
/// a structure also what is inside.
///
/// A row weighs the same in every frame, however that encodes it. That makes a limit in bytes repeatable.
struct RowWeights {
  private let frame: FrameView
  private let selection: UnsafePointer<UInt16>?
  /// Of the columns whose values all weigh the same, and the number of the others.
  private let fixed, others: Int

  init(_ frame: FrameView, selection: UnsafePointer<UInt16>?) {
    self.frame = frame
    self.selection = selection
    var (fixed, others) = (0, 0)
    for index in 0..<Self.columnCount(frame) {
      if let weight = Self.weight(of: Self.column(frame, index)) { fixed += weight } else { others += 1 }
    }
    (self.fixed, self.others) = (fixed, others)
  }

  /// What weighs of a frame: the event's columns, and behind them the original records.
  private static func columnCount(_ frame: FrameView) -> Int { frame.columnCount + (frame.hasVerbatim ? 1 : 0) }

  private static func column(_ frame: FrameView, _ index: Int) -> ColumnView {
    frame.column(index < frame.columnCount ? index : Int(frame.frame.pointee.verbatim))
  }

  /// What every row weighs at least.
  var least: Int { fixed + 4 * others }

  /// Weight of the visited rows `range`, counted from the first that is visited.
  func total(_ range: Range<Int>) -> Int {
    var total = fixed * range.count
    guard others > 0 else { return total }
    for index in 0..<Self.columnCount(frame) {
      let column = Self.column(frame, index)
      if Self.weight(of: column) == nil { total += weight(column, range) }
    }
    return total
  }

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

  private func weight(_ column: ColumnView, _ range: Range<Int>) -> Int {
    guard let first = range.first, let last = range.last else { return 0 }
    let (from, to) = (row(first), row(last))
    // The texts of a flat column stand one behind the other.
    if column.type?.hasHeap == true, column.encoding == .flat, column.validity == nil, to - from == last - first,
      let start = column.bytes(from).baseAddress, let end = column.bytes(to).baseAddress
    {
      return 4 * range.count + (end + column.bytes(to).count - start)
    }
    return range.reduce(0) { $0 + Self.weight(column, row($1)) }
  }

  /// What each value of a column weighs; nil where that differs.
  private static func weight(of column: ColumnView) -> Int? {
    switch column.type {
    case .string, .binary, .variant, .list, .structure: nil
    case .fixed: max(column.parameter, 8)
    case .decimal: 16
    default: 8
    }
  }

  private static func weight(_ column: ColumnView, _ row: Int) -> Int {
    switch column.type {
    case .list: return column.elements(row).reduce(8) { $0 + weight(column.child(0), $1) }
    case .structure:
      guard let fields = column.fields(row) else { return 8 + 8 * column.childCount }
      return (0..<column.childCount).reduce(8) { $0 + weight(column.child($1), fields) }
    default: return weight(of: column) ?? 4 + column.bytes(row).count
    }
  }
}
