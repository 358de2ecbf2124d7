import PluginKit

/// Operator `map`: changes fields.
struct MapOperator: Operator {
  /// Types that a field can be cast to, by the function that does it.
  enum FieldType: String, CaseIterable, Sendable {
    case bool, int, double, string, time

    var function: String { self == .time ? "timestamp" : rawValue }

    var columnType: ColumnType {
      switch self {
      case .bool: .bool
      case .int: .int
      case .double: .double
      case .string: .string
      case .time: .time
      }
    }
  }

  static let cast = Option(
    "cast", .map(.choice(FieldType.self)), doc: "Fields and the types that they are converted to, such as status: int.",
    default: [])
  static let rename = Option(
    "rename", .map(.string), doc: "Fields and their new names, such as temp: temperature.", default: [])
  static let set = Option(
    "set", .map(.expression(of: nil)),
    doc:
      "Fields and the expressions that give their values, all of the row as it came in, such as fahrenheit: value * 1.8 + 32.0.",
    default: [])
  static let remove = Option("remove", .list(.field), doc: "Fields that are removed.", default: [])
  static let keep = Option(optional: "keep", .list(.string), doc: "The only fields that are left.")
  static let strict = StrictOption.option(otherwise: "its field is null, and it is counted")
  static let component = Component(
    "map", doc: "Cast, rename, set, remove and keep fields.", concurrency: .stateless,
    options: [cast, rename, set, remove, keep, strict], inputs: [],
    outputs: .changed(cast: cast, rename: rename, set: set, remove: remove, keep: keep),
    example: """
      name: fahrenheit
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        warm:
          use: map
          from: readings
          with:
            rename: { value: celsius }
            set:
              fahrenheit: value * 1.8 + 32.0
              grade: "{'good': 'A', 'bad': 'C'}[?quality].orValue('B')"
            remove: [unit]
      sinks:
        out: { use: stdout, from: warm }

      """)

  private let changes: FrameDeriver
  /// In the order in which `changes` takes their values, with the option that holds each.
  private let expressions: [(expression: Expression, option: String)]
  private let isStrict: Bool
  private let rows = RowBuffer()
  private var values: [ColumnValues] = []
  private var nulls: [NullableStates] = []

  init(_ config: Config) throws {
    isStrict = try config[Self.strict]
    let casts = try config[Self.cast]
    let sets = try config[Self.set]
    let renames = try config[Self.rename]
    let removed = try config[Self.remove]
    let kept = try config[Self.keep]
    guard casts.count + sets.count + renames.count + removed.count > 0 || kept != nil else {
      throw PluginError.config("map needs `cast`, `set`, `rename`, `remove` or `keep`")
    }
    try Self.checkSets(sets.map(\.name), casts, renames, removed)
    var expressions: [(Expression, String)] = []
    var changes: [ColumnChange] = []
    for cast in casts {
      let text = "\(cast.value.function)(event.fields[\(Self.quoted(cast.name))])"
      expressions.append((try Expression(text, of: cast.value.columnType, at: cast.path, host: config.host), cast.path))
      changes.append(.set(cast.name))
    }
    if !renames.isEmpty { changes.append(.rename(renames.map { ($0.name, $0.value) })) }
    for set in sets {
      expressions.append((set.value, set.path))
      changes.append(.set(set.name))
    }
    changes += removed.map { .remove($0) }
    if let kept { changes.append(.keep(kept)) }
    self.changes = try Self.deriver(changes)
    self.expressions = expressions
    nulls = expressions.map { _ in NullableStates() }
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    try batch.forEachPart { try send($0, &out) }
  }

  /// Sends the rows that all expressions have room for, and gives their number.
  private mutating func send(_ batch: Batch, _ out: inout Output) throws -> Int {
    values.removeAll(keepingCapacity: true)
    var errors = 0
    var left = 0
    for index in expressions.indices {
      let found = try expressions[index].expression.values(of: batch)
      errors += found.errorCount
      left = max(left, found.leftCount)
      values.append(found)
    }
    let count = batch.count - left
    if isStrict, errors > 0 {
      try sendStrictly(batch, count, &out)
      return count
    }
    if errors > 0 { for index in values.indices { values[index] = nulls[index].erringAsNull(values[index]) } }
    if left == 0 {
      try out.send(batch, changing: changes, values: values)
    } else {
      rows.clear()
      for index in 0..<count { rows.append(batch.row(at: index)) }
      try out.send(batch, rows: rows.rows, changing: changes, values: values)
    }
    return count
  }

  /// Of the first `count` rows, rejects those for which an expression errs, and sends the others.
  private mutating func sendStrictly(_ batch: Batch, _ count: Int, _ out: inout Output) throws {
    rows.clear()
    var erring: [(row: Int, place: Int)] = []
    for index in 0..<count {
      let row = batch.row(at: index)
      if let place = values.firstIndex(where: { $0.state(index) == .error }) {
        erring.append((Int(row), place))
      } else {
        rows.append(row)
      }
    }
    try out.send(batch, rows: rows.rows, changing: changes, values: values)
    // Asking why ends what the expressions gave for the batch.
    for (row, place) in erring {
      let why = expressions[place].expression.why(row, of: batch) ?? "the expression has no value"
      try out.reject(row, of: batch, "'\(expressions[place].option)': \(why)")
    }
  }

  /// A field that is set gets nothing else: which of two would hold would depend on an order that nobody sees.
  private static func checkSets(
    _ sets: [String], _ casts: [OptionEntry<FieldType>], _ renames: [OptionEntry<String>], _ removed: [String]
  ) throws {
    for cast in casts where sets.contains(cast.name) {
      throw PluginError.config(
        "'\(cast.name)' is set as well; write set: { \(cast.name): \(cast.value.function)(...) }", at: cast.path)
    }
    for rename in renames {
      if sets.contains(rename.name) {
        throw PluginError.config(
          "'\(rename.name)' is renamed and set; write set: { \(rename.value): ... }, and remove: [\(rename.name)]",
          at: rename.path)
      }
      if sets.contains(rename.value) {
        throw PluginError.config("'\(rename.name)' is renamed to '\(rename.value)', which is set", at: rename.path)
      }
    }
    for (index, name) in removed.enumerated() where sets.contains(name) {
      throw PluginError.config("'\(name)' is set and removed", at: "remove[\(index)]")
    }
  }

  private static func deriver(_ changes: [ColumnChange]) throws -> FrameDeriver {
    do throws(FrameDeriveError) {
      return try FrameDeriver(changes)
    } catch {
      throw PluginError.config(error.description)
    }
  }

  /// A text as a literal of the expression language.
  private static func quoted(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": literal += "\\\(scalar)"
      case "\n": literal += "\\n"
      case "\r": literal += "\\r"
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }
}

/// States of a column in which rows that err are null.
final class NullableStates {
  private let states = ValueBuffer<UInt8>()

  /// The same values; what points to the states is valid until the next call.
  func erringAsNull(_ values: ColumnValues) -> ColumnValues {
    guard values.errorCount > 0, let from = values.raw.state else { return values }
    states.removeAll()
    for index in 0..<values.count {
      states.append(from[index] == UInt8(TIDE_ROW_ERROR) ? UInt8(TIDE_ROW_NULL) : from[index])
    }
    var raw = values.raw
    raw.nulls += raw.errors
    raw.errors = 0
    raw.state = UnsafePointer(states.base)
    return ColumnValues(raw)
  }
}
