import PluginManifest

extension OptionSchema {
  /// What the option takes: "a duration", "a whole number", "a list".
  var typeName: String {
    switch format {
    case .duration: return "a duration"
    case .bytes: return "a size"
    default: break
    }
    switch type {
    case .string:
      switch format {
      case .field, .key: return "the name of a field"
      case .path: return "a path"
      case .expression: return "an expression"
      case .aggregate: return "an aggregate"
      default: return functions == nil ? "a text" : "an aggregate"
      }
    case .integer: return "a whole number"
    case .number: return "a number"
    case .boolean: return "true or false"
    case .list: return "a list"
    case .map: return "a map"
    }
  }

  /// A right value as it would be written.
  public var exampleValue: String { exampleValue(beside: nil) }

  /// A right value that is not the wrong default given.
  func exampleValue(beside wrong: ConfigValue?) -> String {
    if let standard = `default`, standard != .null, standard != wrong { return quantityText(standard) }
    if let choice = choices?.first { return choice.plain }
    switch type {
    case .list:
      switch element {
      case .any: return "[a, b]"
      case .value(let schema): return "[\(schema.exampleValue)]"
      case .map(let fields): return "[{ \(Self.example(of: fields)) }]"
      }
    case .map:
      if let fields { return "{ \(Self.example(of: fields)) }" }
      switch element {
      case .any: return "{ name: value }"
      case .value(let schema): return "{ name: \(schema.exampleValue) }"
      case .map(let fields): return "{ name: { \(Self.example(of: fields)) } }"
      }
    default: break
    }
    switch format {
    case .duration: return boundedExample(10_000_000_000).map { Quantity.text(nanoseconds: $0) } ?? "10s"
    case .bytes: return boundedExample(65_536).map { Quantity.text(bytes: $0) } ?? "64KiB"
    case .secret: return "\"${\(name.uppercased())}\""
    case .path: return "data/\(name)"
    case .field, .key: return "name"
    case .expression:
      switch result {
      case .time: return "\"ts + duration('1h')\""
      case .int, .double: return "\"value * 2\""
      case .string, .binary: return "name"
      case .list: return "items"
      case .bool, nil: return "\"value > 10\""
      }
    case .aggregate: return functions?.first?.example(of: "value") ?? "count()"
    case nil: if let functions { return functions.first?.example(of: "value") ?? "count()" }
    }
    switch type {
    case .integer: return String(boundedExample(1) ?? 1)
    case .number: return "\(minimum ?? min(1, maximum ?? 1))"
    case .boolean: return "true"
    default: return "\"text\""
    }
  }

  /// The first entries of a map of options.
  static func example(of fields: [OptionSchema]) -> String {
    fields.prefix(2).map { "\($0.name): \($0.exampleValue)" }.joined(separator: ", ")
  }

  private func boundedExample(_ usual: Double) -> Int64? {
    Int64(exactly: max(minimum ?? usual, min(maximum ?? usual, usual)).rounded())
  }

  /// A value with its unit: durations and sizes as they are written.
  func quantityText(_ value: ConfigValue) -> String {
    guard case .int(let number) = value else { return value.plain }
    switch format {
    case .duration: return Quantity.text(nanoseconds: number)
    case .bytes: return Quantity.text(bytes: number)
    default: return String(number)
    }
  }

  func boundText(_ bound: Double) -> String {
    guard let whole = Int64(exactly: bound) else { return "\(bound)" }
    return type == .list ? String(whole) : quantityText(.int(whole)) + (format == nil ? unit.map { " \($0)" } ?? "" : "")
  }
}

extension OptionSchema.Element {
  /// True for parts of a key.
  var isKey: Bool {
    if case .value(let schema) = self { return schema.format == .key }
    return false
  }
}

extension ConfigValue {
  /// A scalar as it would be written, everything else as JSON.
  var plain: String {
    switch self {
    case .string(let text): text
    default: json
    }
  }
}

extension SourceValue {
  /// A value that nobody wrote, such as a default, at the place it belongs to.
  init(_ value: ConfigValue, at location: SourceLocation) {
    let content: Content =
      switch value {
      case .null: .null
      case .bool(let value): .bool(value)
      case .int(let value): .int(value)
      case .double(let value): .double(value)
      case .string(let value): .string(value)
      case .list(let items): .list(items.map { SourceValue($0, at: location) })
      case .map(let entries): .map(entries.map { SourceEntry($0.name, at: location, SourceValue($0.value, at: location)) })
      }
    self.init(content, at: location, text: value.plain)
  }
}
