import CKernels
import CTidemill

/// A part of a batch that is computed in one go: its arrays stay in the processor's first cache.
struct Chunk {
  static let limit = 1024

  let frame: UnsafePointer<tide_frame>
  let rows: tide_k_rows
  /// The first of its batch.
  let isFirst: Bool
  var count: UInt32 { rows.count }

  /// The frame row of position `index` (below `count`).
  func row(_ index: Int) -> UInt32 { rows.numbers.map { UInt32($0[index]) } ?? rows.first + UInt32(index) }

  /// Calls `body` with the chunks of a batch, in order, and the position that each begins at.
  static func each(
    _ frame: UnsafePointer<tide_frame>, _ selection: UnsafePointer<UInt16>?, _ count: Int, _ body: (Chunk, Int) -> Void
  ) {
    var done = 0
    while done < count {
      let size = min(limit, count - done)
      let rows = tide_k_rows(
        numbers: selection.map { $0 + done }, first: selection == nil ? UInt32(done) : 0, count: UInt32(size))
      body(Chunk(frame: frame, rows: rows, isFirst: done == 0), done)
      done += size
    }
  }
}

/// What a node has computed for a chunk: 64-bit values, one a row, valid until the node runs again.
struct Numbers {
  /// Int64, UInt64 or Double.
  var values: UnsafeRawPointer
  /// TIDE_K_VALUE, TIDE_K_NULL or TIDE_K_MISSING; nil when every row has a value.
  var states: UnsafePointer<UInt8>?

  var ints: UnsafePointer<Int64> { values.assumingMemoryBound(to: Int64.self) }
  var uints: UnsafePointer<UInt64> { values.assumingMemoryBound(to: UInt64.self) }
  var doubles: UnsafePointer<Double> { values.assumingMemoryBound(to: Double.self) }
}

/// Memory of one node: a value and a state a row of a chunk.
final class Register {
  let values: UnsafeMutableRawPointer
  let states: UnsafeMutablePointer<UInt8>

  init() {
    values = .allocate(byteCount: 8 * Chunk.limit, alignment: 64)
    values.initializeMemory(as: UInt64.self, repeating: 0, count: Chunk.limit)
    states = .allocate(capacity: Chunk.limit)
    states.initialize(repeating: 0, count: Chunk.limit)
  }

  deinit {
    values.deallocate()
    states.deallocate()
  }

  var ints: UnsafeMutablePointer<Int64> { values.assumingMemoryBound(to: Int64.self) }
  var uints: UnsafeMutablePointer<UInt64> { values.assumingMemoryBound(to: UInt64.self) }
  var doubles: UnsafeMutablePointer<Double> { values.assumingMemoryBound(to: Double.self) }
}
