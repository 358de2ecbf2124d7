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
  private var free: [UnsafeMutableRawPointer] = []
  private(set) var chunks = 0

  init(recordBytes: Int) { stride = (recordBytes + StateRecord.headBytes + 7) & ~7 }

  deinit { for chunk in free { chunk.deallocate() } }

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
