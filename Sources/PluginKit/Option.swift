/// One option of a component, declared once: the manifest is written from it, and its value is read through it.
///
/// ```swift
/// static let above = Option("above", .double, doc: "Pass values greater than this.", default: 60, minimum: 0)
/// static let limit = Option(optional: "limit", .int, doc: "Stop after so many rows.")
/// …
/// let above = try config[Self.above]     // Double
/// let limit = try config[Self.limit]     // Int?
/// ```
public struct Option<Value>: Sendable, DeclaredOption {
  /// Name under `with:`.
  public let name: String
  public let schema: String
  let read: @Sendable (Config, String) throws -> Value

  /// An option that must be given, or takes a default.
  ///
  /// - Parameters:
  ///   - default: the value when the option is absent; nil makes the option required.
  ///   - minimum: least number, in nanoseconds or bytes where the type is a duration or a size; least length of a list.
  ///   - maximum: the same at the other end.
  ///   - unit: what a number counts, for the reader, such as `events/s`.
  public init(
    _ name: String, _ type: OptionType<Value>, doc: String, default value: Value? = nil, minimum: Double? = nil,
    maximum: Double? = nil, unit: String? = nil
  ) {
    self.name = name
    let standard = value.map(type.json)
    schema = type.declaration(
      name: name, doc: doc, required: value == nil, standard: standard, minimum: minimum, maximum: maximum, unit: unit)
    read = { config, path in
      guard let found = try type.read(config, path) else { throw PluginError.config("'\(name)' is missing", at: path) }
      return found
    }
  }

  /// An option that may be left out; nil stands for its absence.
  public init<Wrapped>(
    optional name: String, _ type: OptionType<Wrapped>, doc: String, minimum: Double? = nil, maximum: Double? = nil,
    unit: String? = nil
  ) where Value == Wrapped? {
    self.name = name
    schema = type.declaration(
      name: name, doc: doc, required: false, standard: nil, minimum: minimum, maximum: maximum, unit: unit)
    read = { config, path in try type.read(config, path) }
  }
}

/// An option of any type, as a component lists it.
public protocol DeclaredOption: Sendable {
  /// Name under `with:`.
  var name: String { get }
  /// Its `OptionSchema` in JSON.
  var schema: String { get }
}

extension OptionType {
  func declaration(
    name: String, doc: String, required: Bool, standard: String?, minimum: Double?, maximum: Double?, unit: String?
  ) -> String {
    JSONText.object {
      $0.add("name", name)
      $0.add("type", type)
      $0.add("format", format)
      $0.add("doc", doc)
      $0.add("required", required ? true : nil)
      $0.add("default", json: standard)
      $0.add("minimum", minimum)
      $0.add("maximum", maximum)
      $0.add("choices", json: choices.map(JSONText.array))
      $0.add("unit", unit)
      $0.add("items", json: items.map { "[\($0)]" })
      $0.add("fields", json: fields)
      $0.add("result", result)
      $0.add("functions", json: functions)
      $0.add("variables", variables)
    }
  }
}
