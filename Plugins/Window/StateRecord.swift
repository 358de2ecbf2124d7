import Aggregates

/// What stands before the aggregates of one key in one pane.
struct StateRecord {
  /// Number of the key.
  var key: UInt32
  /// True when something was added since the last early result.
  var isChanged: Bool

  static let headBytes = 8

  /// The record that the aggregates at a place belong to.
  @inline(__always)
  static func of(_ aggregates: UnsafeMutableRawPointer) -> UnsafeMutablePointer<StateRecord> {
    (aggregates - headBytes).assumingMemoryBound(to: StateRecord.self)
  }
}

/// Memory for records of one size, in chunks that go from pane to pane: records stay where they are.
final class RecordArena {
  /// Records of a chunk.
  static let chunkRecords = 32

  let stride: Int
  private let aggregates: AggregateSet
  /// A record of no rows, where a copy of its bytes is one too: its aggregates hold nothing beside it.
  private let template: UnsafeMutableRawPointer?
  private var free: [UnsafeMutableRawPointer] = []
  private(set) var chunks = 0

  init(_ aggregates: AggregateSet) {
    self.aggregates = aggregates
    stride = (aggregates.recordBytes + StateRecord.headBytes + 7) & ~7
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
    for chunk in free { chunk.deallocate() }
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

  var chunkBytes: Int { stride * Self.chunkRecords }
  var byteCount: Int { chunks * chunkBytes }

  func take() -> UnsafeMutableRawPointer {
    if let chunk = free.popLast() { return chunk }
    chunks += 1
    return .allocate(byteCount: chunkBytes, alignment: 16)
  }

  /// A few chunks are kept for the next pane; of many, half.
  func give(_ given: [UnsafeMutableRawPointer]) {
    free.append(contentsOf: given)
    while free.count > 16, free.count > chunks / 2 {
      free.removeLast().deallocate()
      chunks -= 1
    }
  }
}
