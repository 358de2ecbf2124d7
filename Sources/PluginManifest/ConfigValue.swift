/// A value of a configuration as written: what stands under `with`, the default of an option, a resolved configuration.
public enum ConfigValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case list([ConfigValue])
  /// Entries in the order in which they were written; names are unique.
  case map([Entry])

  public struct Entry: Sendable, Equatable {
    public var name: String
    public var value: ConfigValue
    public init(_ name: String, _ value: ConfigValue) {
      self.name = name
      self.value = value
    }
  }

  /// The entry of a map, nil when this is no map or has none by that name.
  public subscript(name: String) -> ConfigValue? {
    guard case .map(let entries) = self else { return nil }
    return entries.first { $0.name == name }?.value
  }

  /// The value at a path as `ConfigPath` has it; the empty path is the value itself.
  public func value(at path: String) -> ConfigValue? {
    guard let steps = ConfigPath.steps(of: path) else { return nil }
    var value = self
    for step in steps {
      switch (step, value) {
      case (.member(let name), _):
        guard let member = value[name] else { return nil }
        value = member
      case (.element(let index), .list(let items)) where items.indices.contains(index): value = items[index]
      default: return nil
      }
    }
    return value
  }

  /// Compact JSON (RFC 8259), entries in order; non-finite doubles are null.
  public var json: String {
    var text = ""
    write(into: &text)
    return text
  }

  private func write(into text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .double(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): text += Self.quoted(value)
    case .list(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        item.write(into: &text)
      }
      text += "]"
    case .map(let entries):
      text += "{"
      for (index, entry) in entries.enumerated() {
        if index > 0 { text += "," }
        text += Self.quoted(entry.name) + ":"
        entry.value.write(into: &text)
      }
      text += "}"
    }
  }

  /// A JSON string literal; it holds no character that steers a terminal.
  public static func quoted(_ value: String) -> String {
    var text = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where TerminalText.isControl(scalar):
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}

extension ConfigValue: Codable {
  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  public init(from decoder: any Decoder) throws {
    if let keyed = try? decoder.container(keyedBy: Name.self) {
      self = .map(try keyed.allKeys.map { Entry($0.stringValue, try keyed.decode(ConfigValue.self, forKey: $0)) })
      return
    }
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .null
    } else if let value = try? single.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? single.decode(Int64.self) {
      self = .int(value)
    } else if let value = try? single.decode(Double.self) {
      self = .double(value)
    } else if let value = try? single.decode(String.self) {
      self = .string(value)
    } else {
      self = .list(try single.decode([ConfigValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .map(let entries):
      var keyed = encoder.container(keyedBy: Name.self)
      for entry in entries { try keyed.encode(entry.value, forKey: Name(stringValue: entry.name)) }
    case .list(let items):
      var single = encoder.singleValueContainer()
      try single.encode(items)
    case .null:
      var single = encoder.singleValueContainer()
      try single.encodeNil()
    case .bool(let value):
      var single = encoder.singleValueContainer()
      try single.encode(value)
    case .int(let value):
      var single = encoder.singleValueContainer()
      try single.encode(value)
    case .double(let value):
      var single = encoder.singleValueContainer()
      try single.encode(value)
    case .string(let value):
      var single = encoder.singleValueContainer()
      try single.encode(value)
    }
  }
}
