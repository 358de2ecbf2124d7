import Frames
import PluginManifest

/// A column of the frames that a component is fed.
struct InputColumn: Sendable {
  var name: String
  var type: ColumnType
  var role: ColumnRole?
}

/// Which columns a component is fed: those that its manifest and its configuration name, and a handful of others.
struct InputColumns: Sendable {
  /// Columns that the component reads, by manifest or option.
  private(set) var read: [InputColumn] = []
  private(set) var others: [InputColumn] = []

  var all: [InputColumn] { read + others }

  init(_ subject: Subject, config: ConfigValue) {
    let component = subject.component
    for input in component.inputs ?? [] {
      let types = input.type.flatMap(Self.type)
      if let name = input.name { add(name, types ?? .double) }
      if let option = input.option { for name in Self.names(config.value(at: option)) { add(name, types ?? .double) } }
    }
    for option in component.options ?? [] where option.format == .field || option.format == .key {
      for name in Self.names(config[option.name]) { add(name, option.format == .key ? .string : .double) }
    }
    let usual: [InputColumn] = [
      .init(name: "id", type: .int, role: .id), .init(name: "time", type: .time, role: .eventTime),
      .init(name: "key", type: .string, role: .key), .init(name: "value", type: .double), .init(name: "count", type: .int),
      .init(name: "name", type: .string), .init(name: "flag", type: .bool), .init(name: "data", type: .binary),
      .init(name: "extra", type: .variant),
    ]
    others = usual.filter { column in !read.contains { $0.name == column.name } }
  }

  private mutating func add(_ name: String, _ type: ColumnType) {
    guard !name.isEmpty, name.utf8.count <= FrameLimits.maxNameBytes, !read.contains(where: { $0.name == name }) else { return }
    let role: ColumnRole? = type == .time && !read.contains { $0.role == .eventTime } && name == "time" ? .eventTime : nil
    read.append(.init(name: name, type: type, role: role))
  }

  /// The names in an option's value: a text, or the texts of a list or map.
  private static func names(_ value: ConfigValue?) -> [String] {
    switch value {
    case .string(let name): [name]
    case .list(let items): items.flatMap { names($0) }
    case .map(let entries): entries.flatMap { names($0.value) }
    default: []
    }
  }

  private static func type(_ word: String) -> ColumnType? {
    switch word {
    case "bool": .bool
    case "int": .int
    case "double": .double
    case "time": .time
    case "string": .string
    case "binary": .binary
    case "variant": .variant
    default: nil
    }
  }
}
