/// The type of an option: how the manifest writes it, how its value is read.
///
/// The members below are all there are: `.int`, `.double`, `.bool`, `.string`, the formats of text (`.path`, `.field`, …),
/// `.duration`, `.bytes`, `.choice(T.self)`, `.list(.int)` and `.map(.int)` of any of these, `.list(of: T.self)` and
/// `.map(of: T.self)` of records, `.record(T.self)`, and `.aggregates(of:)`.
public struct OptionType<Value>: Sendable {
  /// `type` and `format` of the manifest.
  let type: String
  var format: String?
  /// What an expression must give, as the manifest writes it.
  var result: String?
  /// Allowed values as JSON.
  var choices: [String]?
  /// The type of a list's elements or a map's values, as the manifest writes it.
  var items: String?
  /// The entries of a map that each have their own, as the manifest writes them.
  var fields: String?
  /// The functions of aggregates, as the manifest writes them.
  var functions: String?
  /// The option whose names are variables of an expression.
  var variables: String?
  /// The value at a path of the configuration; nil when there is none.
  let read: @Sendable (Config, String) throws -> Value?
  /// A default as JSON.
  let json: @Sendable (Value) -> String
}

extension OptionType where Value == Int {
  public static var int: OptionType {
    OptionType(type: "integer", read: { $0.integer($1).map { Int($0) } }, json: { String($0) })
  }

  /// A size such as `64KiB`, read as a number of bytes.
  public static var bytes: OptionType {
    OptionType(
      type: "integer", format: "bytes", read: { $0.integer($1).map { Int($0) } }, json: { JSONText.quoted(sizeText($0)) })
  }
}

extension OptionType where Value == Double {
  public static var double: OptionType {
    OptionType(
      type: "number", read: { $0.number($1) },
      json: { value in
        guard let text = JSONText.number(value) else { preconditionFailure("the default of a number is finite") }
        return text
      })
  }
}

extension OptionType where Value == Bool {
  public static var bool: OptionType {
    OptionType(type: "boolean", read: { $0.boolean($1) }, json: { $0 ? "true" : "false" })
  }
}

extension OptionType where Value == Duration {
  /// A duration such as `1500ms` or `2s`.
  public static var duration: OptionType {
    OptionType(
      type: "integer", format: "duration", read: { $0.integer($1).map { .nanoseconds($0) } },
      json: { JSONText.quoted(durationText($0.wholeNanoseconds)) })
  }
}

extension OptionType where Value == String {
  public static var string: OptionType { text(nil) }
  /// A file or directory, relative to the working directory.
  public static var path: OptionType { text("path") }
  /// Text that is never shown.
  public static var secret: OptionType { text("secret") }
  /// An expression in CEL.
  public static var expression: OptionType { text("expression") }
  /// The name of a field of the input.
  public static var field: OptionType { text("field") }
  /// The field, or fields, that a key is made of.
  public static var key: OptionType { text("key") }

  private static func text(_ format: String?) -> OptionType {
    OptionType(type: "string", format: format, read: { $0.text($1) }, json: { JSONText.quoted($0) })
  }
}

extension OptionType where Value: CaseIterable & RawRepresentable & Sendable & SendableMetatype, Value.RawValue == String {
  /// One of the raw values of an enumeration.
  public static func choice(_ type: Value.Type) -> OptionType {
    OptionType(
      type: "string", choices: Value.allCases.map { JSONText.quoted($0.rawValue) },
      read: { config, path in
        guard let text = config.text(path) else { return nil }
        guard let value = Value(rawValue: text) else {
          let names = Value.allCases.map { $0.rawValue }.joined(separator: ", ")
          throw PluginError.config("'\(text)' is none of \(names)", at: path)
        }
        return value
      }, json: { JSONText.quoted($0.rawValue) })
  }
}

extension OptionType {
  /// A list of maps that have the members of a record, such as rules.
  public static func list<Record: OptionRecord>(of record: Record.Type) -> OptionType where Value == [Record] {
    OptionType(
      type: "list", items: record.schemas,
      read: { config, path in
        guard let count = config.count(path) else { return nil }
        return try (0..<count).map { try Record.read(config, at: "\(path)[\($0)]") }
      }, json: { Self.noRecords($0.isEmpty, "[]") })
  }

  /// A map from names to maps that have the members of a record, in the order in which they were written.
  public static func map<Record: OptionRecord>(of record: Record.Type) -> OptionType where Value == [OptionEntry<Record>] {
    OptionType(
      type: "map", items: record.schemas,
      read: { config, path in
        try config.entryNames(path)?.map { name in
          let place = OptionPath.entry(name, of: path)
          return OptionEntry(name: name, value: try Record.read(config, at: place), path: place)
        }
      }, json: { Self.noRecords($0.isEmpty, "{}") })
  }

  /// Records cannot be written into a manifest: found when the plugin is built.
  private static func noRecords(_ isEmpty: Bool, _ json: String) -> String {
    precondition(isEmpty, "the default of an option of records has none of them")
    return json
  }

  /// A list whose elements all have one type.
  public static func list<Element>(_ element: OptionType<Element>) -> OptionType where Value == [Element] {
    OptionType(
      type: "list", items: element.schema(name: "item"),
      read: { config, path in
        guard let count = config.count(path) else { return nil }
        return try (0..<count).map { index in
          let place = "\(path)[\(index)]"
          guard let value = try element.read(config, place) else { throw PluginError.config("has no value", at: place) }
          return value
        }
      }, json: { JSONText.array($0.map(element.json)) })
  }

  /// A map from names to values of one type, in the order in which they were written.
  public static func map<Element>(_ element: OptionType<Element>) -> OptionType where Value == [OptionEntry<Element>] {
    OptionType(
      type: "map", items: element.schema(name: "item"),
      read: { config, path in
        try config.entryNames(path)?.map { name in
          let place = OptionPath.entry(name, of: path)
          guard let value = try element.read(config, place) else { throw PluginError.config("has no value", at: place) }
          return OptionEntry(name: name, value: value, path: place)
        }
      },
      json: { entries in
        JSONText.object { for entry in entries { $0.add(entry.name, json: element.json(entry.value)) } }
      })
  }

  /// The `OptionSchema` of an element.
  func schema(name: String) -> String {
    JSONText.object {
      $0.add("name", name)
      $0.add("type", type)
      $0.add("format", format)
      $0.add("doc", "")
      $0.add("choices", json: choices.map(JSONText.array))
      $0.add("items", json: items.map { "[\($0)]" })
      $0.add("fields", json: fields)
      $0.add("result", result)
      $0.add("variables", variables)
    }
  }
}

extension OptionType where Value: OptionRecord {
  /// A map that has the members of a record, such as `sliding: { size: 1m, every: 5s }`.
  public static func record(_ record: Value.Type) -> OptionType {
    var type = OptionType(
      type: "map", read: { config, path in config.count(path) == nil ? nil : try Value.read(config, at: path) },
      json: { _ in preconditionFailure("an option that is a record has no default") })
    type.fields = "[\(record.schemas(least: 1))]"
    return type
  }
}

/// One entry of an option that is a map.
public struct OptionEntry<Value> {
  public let name: String
  public let value: Value
  /// Where it stands, for `PluginError.config(_:at:)`: `set.level`, or `set["odd.name"]`. Empty in a default.
  public let path: String

  public init(name: String, value: Value, path: String = "") {
    self.name = name
    self.value = value
    self.path = path
  }
}

extension OptionEntry: Sendable where Value: Sendable {}
extension OptionEntry: Equatable where Value: Equatable {}
