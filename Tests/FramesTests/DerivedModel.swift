import Frames

/// A change as a test thinks of it.
enum ModelChange {
  case remove(String)
  case keep([String])
  case rename([(from: String, to: String)])
  case set(String, ColumnRole?)
  case role(ColumnRole, String)

  var change: ColumnChange {
    switch self {
    case .remove(let name): .remove(name)
    case .keep(let names): .keep(names)
    case .rename(let names): .rename(names)
    case .set("", let role?): .set(role: role)
    case .set(let name, let role): .set(name, role: role)
    case .role(let role, let name): .role(role, of: name)
    }
  }

  var isKeep: Bool { if case .keep = self { true } else { false } }
}

/// Rows of a frame as their fields and roles, changed one change after the other: what `FrameDeriver` must come to.
struct DerivedModel: Equatable {
  /// By name, one value a row; `.null` where the column has none.
  var columns: [String: [Value]] = [:]
  /// Columns that can have no role.
  var shapeless: Set<String> = []
  /// Fields that are no column, by row, as text.
  var rest: [[String: String]] = []
  /// There is a column for them.
  var hasRest = false
  /// Rests that are no object, as text.
  var others: [String?] = []
  var roles: [ColumnRole: [Value]] = [:]
  /// Rest of the rows that have a field twice.
  var twice: [String] = []

  struct Mistake: Error {}

  /// What stands in some rows of a frame.
  init(_ frame: FrameView, rows: [Int]) {
    for index in 0..<frame.columnCount {
      let column = frame.column(index)
      if column.role == .rest { continue }
      let values = rows.map { readable(column, $0) }
      if !column.name.isEmpty {
        columns[column.name] = values
        if [.variant, .list, .structure].contains(column.type) { shapeless.insert(column.name) }
      }
      if let role = column.role { roles[role] = values }
    }
    others = rows.map { _ in nil }
    rest = rows.map { _ in [:] }
    guard let found = frame.column(role: .rest) else { return }
    var fields: [[String: String]] = []
    for (place, row) in rows.enumerated() {
      let value = found.variantReader(row)
      var members: [String: String] = [:]
      value.forEachField { name, value in
        let name = String(decoding: name, as: UTF8.self)
        if members[name] != nil || (columns[name].map { $0[place] != .null } ?? false) { twice.append("\(name), row \(row)") }
        members[name] = text(of: value)
      }
      if found.isValid(row), value.kind != .object { others[place] = text(of: value) }
      fields.append(members)
    }
    rest = fields
    hasRest = true
  }

  /// Values that are handed over, as they are in a column and as states.
  struct Given {
    let type: ColumnType
    let values: [Value]
    let states: [ColumnValues.State]
  }

  mutating func apply(_ changes: [ModelChange], _ given: [Given]) throws {
    var next = 0
    if changes.contains(where: \.isKeep) { others = others.map { _ in nil } }
    for change in changes {
      switch change {
      case .remove(let name): drop { $0 == name }
      case .keep(let names): drop { !names.contains($0) }
      case .rename(let names): rename(names)
      case .set(let name, let role):
        try set(name, role, given[next])
        next += 1
      case .role(let role, let name):
        if shapeless.contains(name), columns[name] != nil { throw Mistake() }
        roles[role] = columns[name]
      }
    }
  }

  private mutating func drop(_ isGone: (String) -> Bool) {
    columns = columns.filter { !isGone($0.key) }
    rest = rest.map { $0.filter { !isGone($0.key) } }
  }

  private mutating func rename(_ names: [(from: String, to: String)]) {
    func renamed<Element>(_ fields: [String: Element]) -> [String: Element] {
      var made = fields.filter { field in !names.contains { $0.from == field.key || $0.to == field.key } }
      for to in Set(names.map(\.to)) {
        let from = names.last { $0.to == to }!.from
        if let field = fields[from] { made[to] = field }
      }
      return made
    }
    let shapes = renamed(Dictionary(uniqueKeysWithValues: columns.keys.map { ($0, shapeless.contains($0)) }))
    shapeless = Set(shapes.filter(\.value).keys)
    columns = renamed(columns)
    rest = rest.map(renamed)
  }

  private mutating func set(_ name: String, _ role: ColumnRole?, _ given: Given) throws {
    if role != nil, given.type == .variant { throw Mistake() }
    if let role { roles[role] = given.values }
    if name.isEmpty { return }
    columns[name] = given.values
    if given.type == .variant { shapeless.insert(name) } else { shapeless.remove(name) }
    rest = rest.enumerated().map { row, fields in
      var fields = fields
      fields[name] = given.type != .variant && given.states[row] == .null && others[row] == nil ? "null" : nil
      return fields
    }
  }

  /// The first difference in words; nil when there is none.
  func difference(from made: DerivedModel) -> String? {
    if let twice = made.twice.first { return "twice: \(twice)" }
    for name in Set(columns.keys).union(made.columns.keys) where columns[name] != made.columns[name] {
      guard let one = columns[name], let other = made.columns[name] else { return "column \(name) is there once" }
      let row = zip(one, other).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? -1
      return "column \(name), row \(row): \(row < 0 ? .null : other[row]) instead of \(row < 0 ? .null : one[row])"
    }
    for role in ColumnRole.allCases where roles[role] != made.roles[role] { return "role \(role)" }
    if others != made.others { return "rests that are no object" }
    if hasRest && !made.hasRest { return "the rest is gone" }
    for (row, fields) in rest.enumerated() where fields != made.rest[row] {
      return "rest of row \(row): \(made.rest[row]) instead of \(fields)"
    }
    return nil
  }
}

/// A value whose variants do not depend on the numbers of keys.
private func readable(_ column: ColumnView, _ row: Int) -> Value {
  guard column.type == .variant, column.isValid(row) else { return read(column, row) }
  return .string(text(of: column.variantReader(row)))
}

/// A variant as text, with the names of its members.
func text(of value: VariantReader) -> String {
  switch value.kind {
  case .absent: return "-"
  case .null: return "null"
  case .bool: return "\(value.bool!)"
  case .int: return "\(value.int!)"
  case .double: return "\(value.double!)"
  case .string: return "'" + String(decoding: value.text!, as: UTF8.self) + "'"
  case .object:
    var parts: [String] = []
    value.forEachField { parts.append(String(decoding: $0, as: UTF8.self) + ":" + text(of: $1)) }
    return "{" + parts.joined(separator: ",") + "}"
  case .array: return "[" + (0..<value.count).map { text(of: value[$0]) }.joined(separator: ",") + "]"
  default: return "\(value.kind)"
  }
}
