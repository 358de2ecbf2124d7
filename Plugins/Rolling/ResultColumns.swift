import PluginKit

/// New fields for the rows of a batch: a number for each row and result, or null.
final class ResultColumns {
  private let words: [ValueBuffer<UInt64>]
  private let states: [ValueBuffer<ColumnValues.State>]
  private var values: [ColumnValues] = []

  init(_ count: Int) {
    words = (0..<count).map { _ in ValueBuffer(capacity: 1024) }
    states = (0..<count).map { _ in ValueBuffer(capacity: 1024) }
  }

  /// Makes room for a batch, all null.
  func begin(_ rows: Int) {
    for column in words.indices {
      words[column].removeAll()
      words[column].append(repeating: 0, count: rows)
      states[column].removeAll()
      states[column].append(repeating: .null, count: rows)
    }
  }

  @inline(__always)
  func put(_ bits: UInt64, _ column: Int, _ row: Int) {
    words[column][row] = bits
    states[column][row] = .value
  }

  @inline(__always)
  func put(_ number: Double, _ column: Int, _ row: Int) { put(number.bitPattern, column, row) }

  /// The columns, until the next `begin`.
  ///
  /// - Parameter isInt: whether a column's numbers are integers.
  func columns(isInt: (_ column: Int) -> Bool) -> [ColumnValues] {
    values.removeAll(keepingCapacity: true)
    for column in words.indices {
      let (base, count) = (UnsafeRawPointer(words[column].base), words[column].count)
      let states = UnsafePointer(states[column].base)
      if isInt(column) {
        let ints = UnsafeBufferPointer(start: base.assumingMemoryBound(to: Int64.self), count: count)
        values.append(ColumnValues(ints, states: states))
      } else {
        let doubles = UnsafeBufferPointer(start: base.assumingMemoryBound(to: Double.self), count: count)
        values.append(ColumnValues(doubles, states: states))
      }
    }
    return values
  }
}

/// Rows of one batch that are passed on.
final class KeptRows {
  private let memory = UnsafeMutablePointer<UInt16>.allocate(capacity: FrameLimits.maxRows)
  private var count = 0

  deinit { memory.deallocate() }

  var rows: UnsafeBufferPointer<UInt16> { UnsafeBufferPointer(start: memory, count: count) }

  func clear() { count = 0 }

  @inline(__always)
  func append(_ row: Int) {
    memory[count] = UInt16(truncatingIfNeeded: row)
    count &+= 1
  }
}
