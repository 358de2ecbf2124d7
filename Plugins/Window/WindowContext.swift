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
  /// True when a late row brings the whole window again, not only what it changed.
  let recomputes: Bool
  /// True when results go out before their time.
  let hasEarly: Bool
  /// No row before is expected any more.
  var watermark = Int64.min

  /// Rows that are still to be added to their aggregates, by their place in the batch.
  private let rows = UnsafeMutablePointer<UInt32>.allocate(capacity: FrameLimits.maxRows)
  let places = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: FrameLimits.maxRows)
  private var waiting = 0

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

  /// Adds all rows of a batch at once; `places` holds where each goes.
  func addAll() { aggregates.update(records: places) }

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
    aggregates.update(waiting, rows: rows, records: places)
    waiting = 0
  }

  /// The watermark from which on a window that ends at `end` takes no row any more.
  @inline(__always)
  func closing(_ end: Int64) -> Int64 {
    let (sum, overflow) = end.addingReportingOverflow(allowed)
    return overflow ? .max : sum
  }

  /// True when a window that ends at `end` takes no row any more.
  @inline(__always)
  func isOver(_ end: Int64, at watermark: Int64) -> Bool { watermark == .max || watermark >= closing(end) }

  /// Lets go of keys that nothing uses, when there are many of them.
  func sweepKeys() {
    guard keys.count > lastSwept * 2 + 64 else { return }
    keys.sweep()
    lastSwept = keys.count
  }

  private var lastSwept = 0

  /// The number of a key in a snapshot.
  func readKey(_ reader: StateReader, length: UInt32? = nil, _ group: UInt32) throws -> UInt32 {
    try KeyState.read(reader, keys, fields: results.types.count, of: "windows", length: length, group)
  }
}
