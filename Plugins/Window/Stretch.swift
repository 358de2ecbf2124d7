import Aggregates
import PluginKit

/// What stands before the aggregates of a stretch of rows of one key: a session, or the rows of a count window.
struct Stretch {
  typealias Reference = UnsafeMutablePointer<Stretch>

  /// Least and greatest event time.
  var first: Int64
  var last: Int64
  /// The id of its first row as one number, as far as it is asked for.
  var identity: Int64 = 0
  /// Rows, as far as they are counted.
  var rows: Int64 = 0
  /// The number of its next correction: how many results it, or a part of it, has had.
  var results: Int64 = 0
  /// Entries of heaps that bear another number are out of date.
  var serial: UInt64
  /// The key's stretches before and behind, in the order of time.
  var older: Reference?
  var newer: Reference?
  let key: UInt32
  /// True while there is something that no result has told.
  var isOpen = true
  /// True when something was added since the last early result.
  var isChanged = false

  static let headBytes = (MemoryLayout<Stretch>.stride + 15) & ~15

  /// The order of results: by end, start, and key.
  static func isBefore(_ one: Reference, _ other: Reference, _ keys: KeyTable) -> Bool {
    if one.pointee.last != other.pointee.last { return one.pointee.last < other.pointee.last }
    if one.pointee.first != other.pointee.first { return one.pointee.first < other.pointee.first }
    return keys.isBefore(one.pointee.key, other.pointee.key)
  }
}

extension UnsafeMutablePointer where Pointee == Stretch {
  /// Where the aggregates are.
  @inline(__always)
  var aggregates: UnsafeMutableRawPointer { UnsafeMutableRawPointer(self) + Stretch.headBytes }
}

/// Memory for stretches: they stay where they are, and what is free serves again.
final class StretchPool {
  private static let chunkRecords = 64

  private let stride: Int
  private let set: AggregateSet
  private let keys: KeyTable
  private var chunks: [UnsafeMutableRawPointer] = []
  private var free: [Stretch.Reference] = []
  private var serial: UInt64 = 0
  private(set) var count = 0

  init(_ set: AggregateSet, _ keys: KeyTable) {
    self.set = set
    self.keys = keys
    stride = (Stretch.headBytes + set.recordBytes + 15) & ~15
  }

  deinit { for chunk in chunks { chunk.deallocate() } }

  var byteCount: Int { chunks.count * Self.chunkRecords * stride + (chunks.capacity + free.capacity) * 8 }

  func nextSerial() -> UInt64 {
    serial += 1
    return serial
  }

  /// A stretch of no rows.
  func make(_ key: UInt32, at time: Int64) -> Stretch.Reference {
    if free.isEmpty {
      let chunk = UnsafeMutableRawPointer.allocate(byteCount: stride * Self.chunkRecords, alignment: 16)
      chunks.append(chunk)
      for at in (0..<Self.chunkRecords).reversed() {
        free.append((chunk + at * stride).bindMemory(to: Stretch.self, capacity: 1))
      }
    }
    let made = free.removeLast()
    made.initialize(to: Stretch(first: time, last: time, serial: nextSerial(), key: key))
    set.initialize(made.aggregates)
    keys.uses[Int(key)] += 1
    count += 1
    return made
  }

  func give(_ stretch: Stretch.Reference) {
    set.destroy(stretch.aggregates)
    keys.uses[Int(stretch.pointee.key)] -= 1
    stretch.pointee.serial = 0
    free.append(stretch)
    count -= 1
  }
}

/// By key: its newest stretch.
struct StretchHeads {
  private(set) var heads: UnsafeMutablePointer<Stretch.Reference?>
  private(set) var capacity = 64

  init() {
    heads = .allocate(capacity: capacity)
    heads.initialize(repeating: nil, count: capacity)
  }

  func deallocate() { heads.deallocate() }

  var byteCount: Int { capacity * 8 }

  mutating func reserve(_ limit: Int) {
    guard limit > capacity else { return }
    let size = max(limit, capacity * 2)
    let larger = UnsafeMutablePointer<Stretch.Reference?>.allocate(capacity: size)
    larger.update(from: heads, count: capacity)
    (larger + capacity).initialize(repeating: nil, count: size - capacity)
    heads.deallocate()
    heads = larger
    capacity = size
  }
}
