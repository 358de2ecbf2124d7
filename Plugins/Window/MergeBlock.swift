import Aggregates

/// Room for some aggregates that are put together of parts, and for the pairs of what is added to what.
final class MergeBlock {
  typealias Place = UnsafeMutableRawPointer

  static let count = 64

  private let aggregates: AggregateSet
  private let records: UnsafeMutableRawPointer
  private let stride: Int
  @exclusivity(unchecked) private var made = 0
  private let parts = UnsafeMutablePointer<Place>.allocate(capacity: count)
  private let wholes = UnsafeMutablePointer<Place>.allocate(capacity: count)
  @exclusivity(unchecked) private var pairs = 0

  init(_ aggregates: AggregateSet) {
    self.aggregates = aggregates
    stride = (aggregates.recordBytes + 15) & ~15
    records = .allocate(byteCount: stride * Self.count, alignment: 16)
  }

  deinit {
    clear()
    records.deallocate()
    parts.deallocate()
    wholes.deallocate()
  }

  /// One of the aggregates that `begin` has made.
  @inline(__always)
  func place(_ at: Int) -> Place { records + at * stride }

  /// Makes so many aggregates of no rows.
  func begin(_ count: Int) {
    clear()
    for at in 0..<count { aggregates.initialize(place(at)) }
    made = count
  }

  /// Gives back what the aggregates hold.
  func clear() {
    if aggregates.heapBytes > 0 { for at in 0..<made { aggregates.destroy(place(at)) } }
    made = 0
  }

  /// Adds one state to another, whose rows all came before; together with others, `settle` being the last.
  @inline(__always)
  func merge(_ part: Place, into whole: Place) {
    if pairs == Self.count { settle() }
    parts[pairs] = part
    wholes[pairs] = whole
    pairs &+= 1
  }

  func settle() {
    guard pairs > 0 else { return }
    aggregates.merge(pairs, parts, into: wholes)
    pairs = 0
  }
}
