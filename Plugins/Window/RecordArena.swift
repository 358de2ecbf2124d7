import Aggregates

/// Memory for records of one size, in chunks that go from pane to pane: records stay where they are.
///
/// The chunks of a pane are of 1, 1, 2, 4, 8, 16 and then of 32 records each: a pane of one key has room for no more.
final class RecordArena {
  private static let sizes = 6

  let stride: Int
  /// A record that is as long as a line of memory is in one.
  private let alignment: Int
  private let aggregates: AggregateSet
  /// A record of no rows, where a copy of its bytes is one too: its aggregates hold nothing beside it.
  private let template: UnsafeMutableRawPointer?
  /// By the logarithm of their size: chunks that no pane has, and how many there are in all.
  @exclusivity(unchecked) private var free = [[UnsafeMutableRawPointer]](repeating: [], count: RecordArena.sizes)
  @exclusivity(unchecked) private var made = [Int](repeating: 0, count: RecordArena.sizes)
  @exclusivity(unchecked) private var chunkBytes = 0
  /// What panes take beside their records; they count it themselves.
  @exclusivity(unchecked) var paneBytes = 0

  init(_ aggregates: AggregateSet) {
    self.aggregates = aggregates
    stride = (aggregates.recordBytes + StateRecord.headBytes + 7) & ~7
    alignment = stride.isMultiple(of: 64) ? 64 : 16
    let made = UnsafeMutableRawPointer.allocate(byteCount: stride, alignment: 16)
    let before = aggregates.heapBytes
    Self.initialize(made, aggregates, stride)
    if aggregates.heapBytes == before {
      template = made
    } else {
      aggregates.destroy(made + StateRecord.headBytes)
      made.deallocate()
      template = nil
    }
  }

  deinit {
    for chunk in free.joined() { chunk.deallocate() }
    template?.deallocate()
  }

  private static func initialize(_ record: UnsafeMutableRawPointer, _ aggregates: AggregateSet, _ stride: Int) {
    record.initializeMemory(as: UInt8.self, repeating: 0, count: stride)
    record.initializeMemory(as: StateRecord.self, to: StateRecord(key: 0, isChanged: false))
    aggregates.initialize(record + StateRecord.headBytes)
  }

  /// Makes a record of no rows for a key; where its aggregates are.
  @inline(__always)
  func initialize(_ record: UnsafeMutableRawPointer, key: UInt32) -> UnsafeMutableRawPointer {
    if let template {
      record.copyMemory(from: template, byteCount: stride)
    } else {
      Self.initialize(record, aggregates, stride)
    }
    record.assumingMemoryBound(to: StateRecord.self).pointee.key = key
    return record + StateRecord.headBytes
  }

  /// True when records that go have nothing to give back.
  var areRecordsPlain: Bool { aggregates.heapBytes == 0 }

  /// What panes and free chunks take.
  var byteCount: Int { chunkBytes + paneBytes }

  /// How many records are in a pane's chunk of a number.
  static func records(of chunk: Int) -> Int { 1 << size(of: chunk) }

  private static func size(of chunk: Int) -> Int { min(max(chunk - 1, 0), sizes - 1) }

  /// Memory for a pane's chunk of a number.
  func take(_ chunk: Int) -> UnsafeMutableRawPointer {
    let size = Self.size(of: chunk)
    if let found = free[size].popLast() { return found }
    made[size] += 1
    chunkBytes += stride << size
    return .allocate(byteCount: stride << size, alignment: alignment)
  }

  /// Takes back a pane's chunks. A few are kept for the next pane; of many, half.
  func give(_ given: [UnsafeMutableRawPointer]) {
    for (number, chunk) in given.enumerated() { free[Self.size(of: number)].append(chunk) }
    for size in 0..<Self.sizes {
      while free[size].count > 16, free[size].count > made[size] / 2 {
        free[size].removeLast().deallocate()
        made[size] -= 1
        chunkBytes -= stride << size
      }
    }
  }
}
