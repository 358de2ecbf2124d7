import Formats
import PluginManifest

/// What is known of the rows at a place of the graph.
struct RowShape {
  /// Fields in order; a nil type is unknown.
  private(set) var names: [String] = []
  private(set) var types: [String: RecordPlan.ColumnType?] = [:]
  /// True when the rows may have other fields too.
  var isOpen: Bool

  static let open = RowShape(isOpen: true)

  init(isOpen: Bool) {
    self.isOpen = isOpen
  }

  init(_ fields: [ComponentManifest.OutputField], isOpen: Bool = false) {
    self.isOpen = isOpen
    for field in fields { set(field.name, RecordPlan.ColumnType(rawValue: field.type)) }
  }

  /// Rows of dead-letter ports, which the host builds.
  static let dead: RowShape = {
    var shape = RowShape(isOpen: false)
    let types: [(String, RecordPlan.ColumnType)] = [
      ("time", .time), ("node", .string), ("code", .string), ("reason", .string), ("origin", .string), ("offset", .int),
      ("attempt", .int),
      ("record", .string), ("bytes", .binary),
    ]
    for (name, type) in types { shape.set(name, type) }
    return shape
  }()

  mutating func set(_ name: String, _ type: RecordPlan.ColumnType?) {
    if types[name] == nil { names.append(name) }
    types[name] = .some(type)
  }

  /// Adds what else may come; a field of two types has an unknown one.
  mutating func merge(_ other: RowShape) {
    isOpen = isOpen || other.isOpen
    for name in other.names {
      let type = other.types[name] ?? nil
      if let mine = types[name] {
        if mine != type { types[name] = .some(nil) }
      } else {
        set(name, type)
      }
    }
  }
}
