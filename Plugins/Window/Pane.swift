import Aggregates
import PluginKit

/// The aggregates of all keys in one stretch of time, from which windows are put together.
final class Pane {
  typealias Place = UnsafeMutableRawPointer

  /// Number of the stretch.
  let index: Int64
  /// Windows that end before the pane of this number do not see what is here: for them its rows were late.
  let from: Int64
  /// By key: its aggregates.
  private(set) var places: UnsafeMutablePointer<Place?>
  private(set) var capacity: Int
  /// Keys that have aggregates.
  private(set) var count = 0
  /// True when something was added since the last early result.
  var isChanged = false
  private var chunks: [UnsafeMutableRawPointer] = []
  /// The store's, which outlives its panes.
  private unowned(unsafe) let arena: RecordArena
  /// Where the next record goes, and how many more the chunk takes.
  private var next: UnsafeMutableRawPointer?
  private var room = 0

  init(_ index: Int64, from: Int64, arena: RecordArena, capacity: Int) {
    self.index = index
    self.from = from
    self.arena = arena
    self.capacity = max(capacity, 16)
    places = .allocate(capacity: self.capacity)
    places.initialize(repeating: nil, count: self.capacity)
  }

  deinit { places.deallocate() }

  var byteCount: Int { capacity * MemoryLayout<Place?>.stride }

  /// Room for all keys below a number.
  func reserve(_ limit: Int) {
    guard limit > capacity else { return }
    let size = max(limit, capacity * 2)
    let larger = UnsafeMutablePointer<Place?>.allocate(capacity: size)
    larger.update(from: places, count: capacity)
    (larger + capacity).initialize(repeating: nil, count: size - capacity)
    places.deallocate()
    places = larger
    capacity = size
  }

  /// The aggregates of a key, or nil.
  @inline(__always)
  subscript(key: UInt32) -> Place? { Int(key) < capacity ? places[Int(key)] : nil }

  /// Makes aggregates for a key that has none here, in a pane that has room for it.
  @inline(__always)
  func add(_ key: UInt32, _ keys: KeyTable) -> Place {
    if room == 0 { begin() }
    let record = next.unsafelyUnwrapped
    next = record + arena.stride
    room &-= 1
    let place = arena.initialize(record, key: key)
    places[Int(key)] = place
    count &+= 1
    keys.uses[Int(key)] &+= 1
    return place
  }

  @inline(never)
  private func begin() {
    let chunk = arena.take()
    chunks.append(chunk)
    next = chunk
    room = RecordArena.chunkRecords
  }

  /// Visits the keys' aggregates, in the order in which the keys came.
  @inline(__always)
  func forEach(_ body: (UInt32, Place) throws -> Void) rethrows {
    var left = count
    for chunk in chunks {
      var record = chunk
      for _ in 0..<min(left, RecordArena.chunkRecords) {
        try body(record.assumingMemoryBound(to: StateRecord.self).pointee.key, record + StateRecord.headBytes)
        record += arena.stride
      }
      left -= min(left, RecordArena.chunkRecords)
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
    arena.give(chunks)
    chunks.removeAll()
    (next, room, count) = (nil, 0, 0)
  }
}
