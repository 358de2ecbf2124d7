import PluginKit

/// A result that one look at a record gives: a count, or a sum, mean or extreme of doubles alone. It is what `AggregateSet.scalar`
/// gives of such a state, without a reference that is counted for it.
struct PlainResult: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable { case none, count, sum, avg, least, greatest }

  private var kind = Kind.none
  /// Where the state is in a record, and in the state: what is there of no doubles, the number of rows without a value, extremes.
  private var state = 0
  private var rest = 0
  private var missing: Int?
  private var extremes = 0

  init(_ aggregate: BoundAggregate, _ cell: StateCell, _ type: ColumnType) {
    guard let cell = cell as? StatisticsCell else { return }
    let kind: Kind =
      switch (aggregate.kind, type) {
      case (.count, .int) where aggregate.argument == nil: .count
      case (.sum, .double): .sum
      case (.avg, .double): .avg
      case (.min, .double): .least
      case (.max, .double): .greatest
      default: .none
      }
    guard kind != .none else { return }
    (self.kind, state) = (kind, cell.offset)
    guard kind != .count else { return }
    rest = cell.restOffset
    if cell.parts.contains(.rows) { missing = cell.missingOffset }
    extremes = StatisticsCell.extremesOffset(cell.parts)
  }

  /// Writes the result of a record into a column of the current row. False when it takes more than this to tell.
  @inline(__always)
  func write(_ record: UnsafeRawPointer, to builder: FrameBuilder, _ column: Int) -> Bool {
    if kind == .none { return false }
    let state = record + state
    let rows = state.load(as: Int.self)
    if kind == .count {
      builder.put(column, Int64(rows))
      return true
    }
    guard state.load(fromByteOffset: rest, as: UInt.self) == 0 else { return false }
    switch kind {
    case .least, .greatest:
      let found = state.load(fromByteOffset: extremes, as: StatisticsCell.Extremes.self)
      guard found.least <= found.greatest else {
        builder.putNull(column)
        return true
      }
      builder.put(column, kind == .least ? found.least : found.greatest)
    default:
      let values = rows &- (missing.map { state.load(fromByteOffset: $0, as: Int.self) } ?? 0)
      let sum = state.load(fromByteOffset: 8, as: DoubleSum.self).value
      if kind == .sum {
        builder.put(column, values == 0 ? 0 : sum)
      } else if values == 0 {
        builder.putNull(column)
      } else {
        builder.put(column, sum / Double(values))
      }
    }
    return true
  }
}
