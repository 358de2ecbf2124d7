import PluginKit

/// New fields for the rows of a batch: a number for each row and result, or null.
final class ResultColumns {
  private let count: Int
  /// One column behind the other, with a word for each row.
  private let words = ValueBuffer<UInt64>(capacity: 1024)
  private let states = ValueBuffer<ColumnValues.State>(capacity: 1024)
  private var rows = 0
  private var values: [ColumnValues] = []

  init(_ count: Int) { self.count = count }

  /// Throws `config` where `set` makes no field, or one that rows are told apart by.
  static func check(_ set: [Aggregate], beside key: [String], example: String) throws {
    guard !set.isEmpty else { throw PluginError.config("`set` names no field: write set: { \(example) }", at: "set") }
    for entry in set where key.contains(entry.name) {
      throw PluginError.config("`set` would replace '\(entry.name)', a field of `key`: choose another name", at: entry.path)
    }
  }

  /// What adds the fields to rows. Throws `config` for names that no field can have.
  static func changes(_ names: [String]) throws -> FrameDeriver {
    do throws(FrameDeriveError) {
      return try FrameDeriver(names.map { .set($0) })
    } catch {
      throw PluginError.config(error.description, at: "set")
    }
  }

  /// Makes room for a batch, all null.
  func begin(_ rows: Int) {
    self.rows = rows
    words.removeAll()
    words.append(repeating: 0, count: rows * count)
    states.removeAll()
    states.append(repeating: .null, count: rows * count)
  }

  @inline(__always)
  func put(_ bits: UInt64, _ column: Int, _ row: Int) {
    let place = column &* rows &+ row
    words.base[place] = bits
    states.base[place] = .value
  }

  @inline(__always)
  func put(_ number: Double, _ column: Int, _ row: Int) { put(number.bitPattern, column, row) }

  /// The columns, until the next `begin`.
  ///
  /// - Parameter isInt: whether a column's numbers are integers.
  func columns(isInt: (_ column: Int) -> Bool) -> [ColumnValues] {
    values.removeAll(keepingCapacity: true)
    for column in 0..<count {
      let base = UnsafeRawPointer(words.base + column * rows)
      let states = UnsafePointer(states.base + column * rows)
      if isInt(column) {
        let ints = UnsafeBufferPointer(start: base.assumingMemoryBound(to: Int64.self), count: rows)
        values.append(ColumnValues(ints, states: states))
      } else {
        let doubles = UnsafeBufferPointer(start: base.assumingMemoryBound(to: Double.self), count: rows)
        values.append(ColumnValues(doubles, states: states))
      }
    }
    return values
  }
}
