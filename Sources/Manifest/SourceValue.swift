import PluginManifest

/// A value as it stands in a manifest, with its place.
public struct SourceValue: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case list([SourceValue])
    /// Entries in the order in which they were written; names are unique.
    case map([SourceEntry])
  }

  public var content: Content
  public var location: SourceLocation
  /// A scalar's characters, environment values put in; empty for a list or a map.
  public var text: String
  /// True when environment values were put in: the text then has the type that its place asks for.
  public var substituted: Bool

  public init(_ content: Content, at location: SourceLocation, text: String = "", substituted: Bool = false) {
    self.content = content
    self.location = location
    self.text = text
    self.substituted = substituted
  }

  /// The entries of a map, nil for everything else.
  public var entries: [SourceEntry]? {
    if case .map(let entries) = content { return entries }
    return nil
  }

  /// The value of a map's entry.
  public subscript(name: String) -> SourceValue? {
    entries?.first { $0.name == name }?.value
  }

  /// The value without its places.
  public var value: ConfigValue {
    switch content {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    case .list(let items): .list(items.map(\.value))
    case .map(let entries): .map(entries.map { ConfigValue.Entry($0.name, $0.value.value) })
    }
  }

  /// What it is, for a message: "a list", "the number 5", "'abc'".
  var described: String {
    switch content {
    case .null: "nothing"
    case .bool(let value): value ? "true" : "false"
    case .int, .double: "the number \(Self.shortened(text))"
    case .string(let value): "'\(Self.shortened(value))'"
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// At most 64 characters of a text, control characters made visible.
  static func shortened(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      if count == 61 {
        result.append(contentsOf: "...".unicodeScalars)
        break
      }
      count += 1
      switch scalar {
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      case _ where TerminalText.isControl(scalar): result.append("?")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

/// One entry of a map: the name's place is its own.
public struct SourceEntry: Sendable, Equatable {
  public var name: String
  public var location: SourceLocation
  public var value: SourceValue

  public init(_ name: String, at location: SourceLocation, _ value: SourceValue) {
    self.name = name
    self.location = location
    self.value = value
  }
}
