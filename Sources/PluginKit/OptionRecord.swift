/// The members of each entry of an option that is a list or a map of records, read like the options of a component.
///
/// ```swift
/// struct Rule: OptionRecord {
///   static let field = Option("field", .field, doc: "What is compared.")
///   static let above = Option("above", .double, doc: "With what.", default: 0)
///   static var members: [any DeclaredOption] { [field, above] }
///   let field: String, above: Double
///
///   init(_ config: Config) throws {
///     field = try config[Self.field]
///     above = try config[Self.above]
///   }
/// }
///
/// static let rules = Option("rules", .list(of: Rule.self), doc: "Rules, the first that fits wins.")
/// ```
public protocol OptionRecord: Sendable, SendableMetatype {
  /// The members. Elements of a list or a map have at least two: of one alone make a list of its type.
  static var members: [any DeclaredOption] { get }

  /// Reads the members of one entry. An error's path is below that entry: `PluginError.config("…", at: "above")`.
  init(_ config: Config) throws
}

extension OptionRecord {
  /// The `OptionSchema`s of the members, between commas.
  static var schemas: String { schemas(least: 2) }

  static func schemas(least count: Int) -> String {
    precondition(members.count >= count, "a record of options has at least \(count) members")
    return members.map { $0.schema }.joined(separator: ",")
  }

  static func read(_ config: Config, at path: String) throws -> Self {
    do {
      return try Self(Config(config.host, base: path))
    } catch var error as PluginError where error.code == .config && !error.configPath.hasPrefix(path) {
      error.configPath = error.configPath.isEmpty ? path : "\(path).\(error.configPath)"
      throw error
    }
  }
}
