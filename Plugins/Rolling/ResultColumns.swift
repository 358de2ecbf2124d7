import PluginKit

/// New fields for the rows of a batch: a number for each row and result, or null.
final class ResultColumns {
  private let count: Int
  /// One column behind the other, with a word for each row.
  private let words = ValueBuffer<UInt64>(capacity: 1024)
  private let states = ValueBuffer<ColumnValues.State>(capacity: 1024)
  /// What each is, for columns without a type.
  private let kinds = ValueBuffer<UInt8>(capacity: 1024)
  private let variants = ValueBuffer<tide_string>()
  private var ends: [Int] = []
  private let encoder = VariantEncoder()
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
    kinds.removeAll()
    kinds.append(repeating: 0, count: rows * count)
  }

  @inline(__always)
  func put(_ bits: UInt64, _ kind: ValueForm.Kind, _ column: Int, _ row: Int) {
    let place = column &* rows &+ row
    words.base[place] = bits
    kinds.base[place] = kind.rawValue
    states.base[place] = .value
  }

  @inline(__always)
  func put(_ number: Double, _ column: Int, _ row: Int) { put(number.bitPattern, .double, column, row) }

  /// The columns, until the next `begin`.
  ///
  /// - Parameter form: of a column's numbers.
  func columns(_ form: (_ column: Int) -> ValueForm) -> [ColumnValues] {
    values.removeAll(keepingCapacity: true)
    encode(form)
    var mixed = 0
    for column in 0..<count {
      let base = UnsafeRawPointer(words.base + column * rows)
      let states = UnsafePointer(states.base + column * rows)
      switch form(column) {
      case .int:
        let ints = UnsafeBufferPointer(start: base.assumingMemoryBound(to: Int64.self), count: rows)
        values.append(ColumnValues(ints, states: states))
      case .double:
        let doubles = UnsafeBufferPointer(start: base.assumingMemoryBound(to: Double.self), count: rows)
        values.append(ColumnValues(doubles, states: states))
      case .mixed:
        let texts = UnsafeBufferPointer(start: UnsafePointer(variants.base + mixed * rows), count: rows)
        values.append(
          ColumnValues(variants: texts, keys: UnsafeRawBufferPointer(start: nil, count: 0), states: states))
        mixed += 1
      }
    }
    return values
  }

  /// Writes the numbers of columns without a type as values of any type, a column behind the other.
  private func encode(_ form: (_ column: Int) -> ValueForm) {
    encoder.removeAll()
    ends.removeAll(keepingCapacity: true)
    for column in 0..<count where form(column) == .mixed {
      for place in column * rows..<(column + 1) * rows {
        let bits = words.base[place]
        switch (states.base[place], kinds.base[place]) {
        case (.value, ValueForm.Kind.int.rawValue): encoder.put(int: Int64(bitPattern: bits))
        case (.value, ValueForm.Kind.uint.rawValue): encoder.put(decimal: Int128(bits), scale: 0)
        case (.value, _): encoder.put(Double(bitPattern: bits))
        default: break
        }
        ends.append(encoder.count)
      }
    }
    variants.removeAll()
    guard !ends.isEmpty else { return }
    // Only now does the memory stay where it is.
    let texts = variants.extend(by: ends.count)
    var start = 0
    for (at, end) in ends.enumerated() {
      (texts + at).initialize(to: tide_string(encoder.bytes(from: start, to: end)))
      start = end
    }
  }
}
