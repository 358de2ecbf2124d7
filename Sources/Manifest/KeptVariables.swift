import Expressions
import PluginManifest

/// The variables that a component keeps values for: what they begin with, and what the entry of the same name makes of them.
///
/// A variable is of the type of its first value; an int becomes a double where one comes.
struct KeptVariables {
  private let draft: NodeDraft
  /// Options whose entries are the names of variables.
  private let makers: Set<String>
  /// What the checked entries of these options give, by their paths.
  private var first: [String: ValueType] = [:]

  init(_ draft: NodeDraft, _ options: [ExpressionOption]) {
    self.draft = draft
    makers = Set(options.compactMap(\.variables))
  }

  /// The variables that an expression sees, with the types that they begin with; those are checked before.
  func variables(of option: ExpressionOption) -> [String: ValueType] {
    guard let maker = option.variables, case .map(let entries)? = draft.config[maker] else { return [:] }
    return Dictionary(entries.map { ($0.name, first[ConfigPath.joined(maker, $0.name)] ?? .dyn) }) { $1 }
  }

  /// Throws where a variable can never have what an expression gives; else the type that its values have then.
  mutating func take(_ expression: Expression, of option: ExpressionOption) throws(ExpressionError) -> ValueType {
    let given = expression.type
    guard let steps = ConfigPath.steps(of: option.path), steps.count == 2, case .member(let owner) = steps[0],
      case .member(let name) = steps[1], makers.contains(owner) || option.variables != nil
    else { return given }
    let path = option.variables.map { ConfigPath.joined($0, name) }
    // Where the beginning is wrong, nothing is said of what follows from it.
    if let path, first[path] == nil { return given }
    switch given {
    case .list, .map:
      throw ExpressionError(
        "it gives \(given), and '\(name)' has one value: keep several, one for each part", at: expression.syntax.span)
    default: break
    }
    if makers.contains(owner) { first[option.path] = Self.isKnown(given) ? given : .dyn }
    guard let path, let type = first[path], Self.isKnown(type), Self.isKnown(given), type != given else { return given }
    if Set([type, given]) == [.int, .double] { return .double }
    throw ExpressionError(
      "it gives \(given), and '\(name)' stays \(type), as it begins: \(Self.fix(given, type, path))",
      at: expression.syntax.span)
  }

  private static let literals: [ValueType: String] = [
    .bool: "false", .int: "0", .uint: "0u", .double: "0.0", .string: "''", .bytes: "b''", .timestamp: "event.time",
    .duration: "duration('0s')",
  ]

  /// False for what only a row tells, null among it, and for what a variable has as a text.
  private static func isKnown(_ type: ValueType) -> Bool { literals[type] != nil }

  private static func fix(_ given: ValueType, _ wanted: ValueType, _ path: String) -> String {
    let numbers: Set<ValueType> = [.int, .uint, .double]
    let converts = wanted == .string || given == .string || numbers.isSuperset(of: [given, wanted])
    return "let '\(path)' begin with \(literals[given] ?? "\(given)")" + (converts ? ", or write \(wanted)(x) here" : "")
  }
}
