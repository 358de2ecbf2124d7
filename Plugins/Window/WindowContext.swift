import Aggregates
import PluginKit

/// What windows of every kind share: keys, aggregates, how late rows may be, and where results go.
final class WindowContext {
  let aggregates: AggregateSet
  let keys: KeyTable
  let results: ResultRows
  let lateRows: LateRows
  /// How long after its end a window still changes.
  let allowed: Int64
  /// True when a late row brings the results of all keys again, not only what it changed.
  let recomputes: Bool
  /// True when results go out before their time.
  let hasEarly: Bool
  /// No row before is expected any more.
  @exclusivity(unchecked) var watermark = Int64.min

  /// Rows that are still to be added to their aggregates, by their place in the batch.
  private let rows = UnsafeMutablePointer<UInt32>.allocate(capacity: FrameLimits.maxRows)
  let places = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: FrameLimits.maxRows)
  @exclusivity(unchecked) private var waiting = 0

  init(
    aggregates: AggregateSet, keys: KeyTable, results: ResultRows, lateRows: LateRows, allowed: Int64, recomputes: Bool,
    hasEarly: Bool
  ) {
    self.aggregates = aggregates
    self.keys = keys
    self.results = results
    self.lateRows = lateRows
    self.allowed = allowed
    self.recomputes = recomputes
    self.hasEarly = hasEarly
  }

  deinit {
    rows.deallocate()
    places.deallocate()
  }

  /// The rows of a batch that are found and added next: all where records are few, else so many that what is known of them stays
  /// near meanwhile.
  @inline(__always)
  func block(after start: Int, of count: Int, panes: Int) -> Range<Int> {
    start..<(panes == 1 && keys.limit <= Self.near ? count : min(count, start &+ 256))
  }

  /// So many keys are near anyway.
  private static let near = 4096

  /// Adds some rows of a batch at once; from its beginning on, `places` holds where each goes.
  func add(_ rows: Range<Int>) {
    fetch(rows.count)
    aggregates.update(rows, records: places)
  }

  /// Reads a little at so many of `places`, so that all are on their way before the first is needed. Few are near anyway.
  @inline(__always)
  private func fetch(_ count: Int) {
    guard keys.limit > Self.near else { return }
    fetched = Self.read(count, places)
  }

  /// A number that depends on what is at each of the places: nothing is left out because nobody asks for it.
  private static func read(_ count: Int, _ places: UnsafeMutablePointer<UnsafeMutableRawPointer>) -> UInt64 {
    var (at, seen) = (0, 0 as UInt64)
    while at < count {
      seen ^= places[at].load(as: UInt64.self)
      at &+= 1
    }
    return seen
  }

  @exclusivity(unchecked) private var fetched: UInt64 = 0

  /// Adds a row of the batch to the aggregates at a place, together with others.
  @inline(__always)
  func add(_ row: Int, to place: UnsafeMutableRawPointer) {
    rows[waiting] = UInt32(truncatingIfNeeded: row)
    places[waiting] = place
    waiting &+= 1
  }

  /// Adds what waits: before aggregates are read, merged or given back, and before the batch ends.
  @inline(__always)
  func settle() {
    guard waiting > 0 else { return }
    fetch(waiting)
    aggregates.update(waiting, rows: rows, records: places)
    waiting = 0
  }

  /// The watermark from which on a window that ends at `end` takes no row any more.
  @inline(__always)
  func closing(_ end: Int64) -> Int64 { end.adding(saturating: allowed) }

  /// The watermark of results that may be corrected; nil where it is that of the input.
  var heldWatermark: Int64? { allowed > 0 ? watermark.subtracting(saturating: allowed) : nil }

  /// True when a window that ends at `end` takes no row any more.
  @inline(__always)
  func isOver(_ end: Int64, at watermark: Int64) -> Bool { watermark == .max || watermark >= closing(end) }

  /// Ends a batch that may have had late rows: adds what waits, sends those, and forgets keys of which there were no others.
  func finish(_ batch: Batch, _ out: inout Output) throws {
    settle()
    try lateRows.send(batch, &out)
    sweepKeys()
  }

  /// Lets go of keys that nothing uses, when there may be many of them: as many as make the search worth while.
  func sweepKeys() {
    guard keys.count > lastSwept * 2 + 64 + keys.limit / 8 else { return }
    keys.sweep()
    lastSwept = keys.count
  }

  private var lastSwept = 0

  /// Memory of the counts of corrections by key, about.
  static func bytes(of counts: [UInt32: Int64]) -> Int { 64 + counts.capacity * 24 }

  /// The number of a key in a snapshot.
  func readKey(_ reader: StateReader, length: UInt32? = nil, _ group: UInt32) throws -> UInt32 {
    try KeyState.read(reader, keys, fields: results.types.count, of: "windows", length: length, group)
  }
}
