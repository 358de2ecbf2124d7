import PluginKit

/// Telling whether results have changed.
extension AggregateSet {
  /// A number that is equal for records whose results are equal to the last bit, and, but for one pair in 2^64, for no others.
  public func mark(_ record: UnsafeRawPointer) -> UInt64 {
    let record = UnsafeMutableRawPointer(mutating: record)
    var mark: UInt64 = 0
    for index in aggregates.indices { mark = Self.chain(mark, self.mark(index, record + cells[places[index]].offset)) }
    return mark
  }

  private func mark(_ index: Int, _ state: UnsafeMutableRawPointer) -> UInt64 {
    let (aggregate, cell) = (bound[index], cells[places[index]])
    switch aggregate.kind {
    case .top, .list:
      var mark: UInt64 = 1
      unsafeDowncast(cell, to: EntriesCell.self).forEachEntry(state) { mark = Self.chain(mark, Self.mark($0.value)) }
      return mark
    case .counts:
      let cell = unsafeDowncast(cell, to: CountsCell.self)
      if cell.isOverfull(state) { return 2 }
      // In whatever order they are kept.
      return cell.counts(state).reduce(3) { $0 &+ Self.chain(Self.mark($1.value), UInt64(bitPattern: Int64($1.count))) }
    default: return scalar(aggregate, cell, state).map { Self.mark($0) } ?? 4
    }
  }

  /// Integers and doubles of one value are told apart: so are they where they are written.
  private static func mark(_ value: Scalar) -> UInt64 { value.isNaN ? 5 : chain(value.hash, UInt64(value.kind.rawValue)) }

  private static func chain(_ one: UInt64, _ other: UInt64) -> UInt64 {
    var words = (one.littleEndian, other.littleEndian)
    return tide_xxh64(&words, 16, 0)
  }
}
