import Aggregates
import PluginKit

/// The aggregates of keys in one stretch of time, from which windows are put together.
final class Pane {
  typealias Place = UnsafeMutableRawPointer

  /// Number of the stretch; of a run of panes, that of its first.
  let index: Int64
  /// Windows that end before the pane of this number do not see what is here: for them its rows were late.
  var from: Int64
  @exclusivity(unchecked) private(set) var table = KeyPlaces()
  /// Keys that have aggregates.
  @exclusivity(unchecked) private(set) var count = 0
  /// True when something was added since the last early result.
  var isChanged = false
  @exclusivity(unchecked) private var chunks: [UnsafeMutableRawPointer] = []
  /// The store's, which outlives its panes.
  private unowned(unsafe) let arena: RecordArena
  /// Where the next record goes, and how many more the chunk takes.
  @exclusivity(unchecked) private var next: UnsafeMutableRawPointer?
  @exclusivity(unchecked) private var room = 0

  /// A pane without its tables: the object, and the head of the list of chunks.
  private static let headBytes = 160

  init(_ index: Int64, from: Int64 = .min, _ arena: RecordArena) {
    self.index = index
    self.from = from
    self.arena = arena
    arena.paneBytes += Self.headBytes + table.byteCount
  }

  deinit {
    arena.paneBytes -= Self.headBytes + table.byteCount
    table.deallocate()
  }

  /// Places by key for all keys below `limit`; nil where a key must be searched for.
  func places(below limit: Int) -> UnsafeMutablePointer<Place?>? {
    if table.isDense, limit > table.capacity { layOut(below: limit) }
    return table.isDense ? table.places : nil
  }

  /// Makes a place for each key below `limit`, while there are no aggregates yet.
  func expectAll(below limit: Int) {
    guard limit > 0 else { return }
    arena.paneBytes -= table.byteCount
    table.clear(for: (limit + 1) / 2, below: limit)
    arena.paneBytes += table.byteCount
  }

  /// The aggregates of a key, or nil.
  @inline(__always)
  subscript(key: UInt32) -> Place? { table[key] }

  /// Makes aggregates for a key that has none here.
  @inline(__always)
  func add(_ key: UInt32, _ keys: KeyTable) -> Place {
    if room == 0 { begin() }
    let record = next.unsafelyUnwrapped
    next = record + arena.stride
    room &-= 1
    let place = arena.initialize(record, key: key)
    count &+= 1
    keys.uses[Int(key)] &+= 1
    if table.hasRoom(for: key, among: count) { table.enter(key, place) } else { layOut(below: keys.limit) }
    return place
  }

  @inline(never)
  private func begin() {
    let chunk = arena.take(chunks.count)
    next = chunk
    room = RecordArena.records(of: chunks.count)
    arena.paneBytes -= chunks.capacity * 8
    chunks.append(chunk)
    arena.paneBytes += chunks.capacity * 8
  }

  @inline(never)
  private func layOut(below limit: Int) {
    arena.paneBytes -= table.byteCount
    table.clear(for: count, below: limit)
    arena.paneBytes += table.byteCount
    let table = table
    forEach { table.enter($0, $1) }
  }

  /// Visits the keys' aggregates, in the order in which the keys came.
  @inline(__always)
  func forEach(_ body: (UInt32, Place) throws -> Void) rethrows {
    var left = count
    for number in chunks.indices {
      var record = chunks[number]
      let held = min(left, RecordArena.records(of: number))
      for _ in 0..<held {
        try body(record.assumingMemoryBound(to: StateRecord.self).pointee.key, record + StateRecord.headBytes)
        record += arena.stride
      }
      left -= held
    }
  }

  /// Gives everything back. The pane is of no use afterwards.
  func release(_ aggregates: AggregateSet, _ keys: KeyTable) {
    let uses = keys.uses
    let arePlain = arena.areRecordsPlain
    forEach { key, place in
      if !arePlain { aggregates.destroy(place) }
      uses[Int(key)] &-= 1
    }
    arena.paneBytes -= chunks.capacity * 8
    arena.give(chunks)
    chunks = []
    (next, room, count) = (nil, 0, 0)
    arena.paneBytes -= table.byteCount
    table.clear(for: 0, below: .max)
    arena.paneBytes += table.byteCount
  }
}
