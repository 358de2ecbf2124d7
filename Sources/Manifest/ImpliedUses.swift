import Expressions
import Formats
import PluginManifest

/// The types that an expression implies for the fields that nothing declares: what it compares them with, and what it does to them.
///
/// They only decide which column serves best: every value that a field has is seen, whatever they are.
struct ImpliedUses {
  private var types: [String: ImpliedType] = [:]
  private let expression: Expression

  /// - Parameter takes: what the aggregate takes whose argument it is; nil = it is an expression by itself.
  init(_ expression: Expression, _ takes: AggregateFunction.Takes? = nil) {
    self.expression = expression
    let wanted = takes.flatMap(\.columnType)
    if takes != nil, wanted == nil, case .name(let name) = expression.syntax.form {
      // Another aggregate may want a number of the same field; this one takes what that reads.
      use(name, .any)
    } else {
      visit(expression.syntax, wanted: wanted ?? (expression.type == .bool ? .bool : nil))
    }
  }

  /// A field that is used in no telling way keeps its own form.
  func type(of name: String) -> ImpliedType { types[name] ?? .own }

  private mutating func use(_ name: String, _ type: ImpliedType) {
    // A dot in front is the field that a macro's variable hides.
    let name = name.first == "." ? String(name.dropFirst()) : name
    guard expression.variables.contains(where: { $0.name == name }) else { return }
    if types[name] == nil { types[name] = type } else { types[name]!.merge(type) }
  }

  /// - Parameter wanted: what the place of the node needs; nil = anything.
  private mutating func visit(_ syntax: Syntax, wanted: RecordPlan.ColumnType?) {
    switch syntax.form {
    case .name(let name): use(name, wanted.map { $0 == .double ? .number : ImpliedType($0) } ?? .own)
    // Whether it is there says nothing of its type, but it must not be taken for absent because it has another.
    case .present(let name): use(name, .any)
    case .and(let one, let other), .or(let one, let other):
      visit(one, wanted: .bool)
      visit(other, wanted: .bool)
    case .conditional(let condition, let yes, let no):
      visit(condition, wanted: .bool)
      visit(yes, wanted: wanted)
      visit(no, wanted: wanted)
    case .call(let name, _, let operands) where wanted == .double && Self.numeric.contains(name):
      for operand in operands { visit(operand, wanted: .double) }
    case .call(let name, let target, let arguments): visit(name, target, arguments)
    default: for part in syntax.parts { visit(part, wanted: nil) }
    }
  }

  private mutating func visit(_ name: String, _ target: Syntax?, _ arguments: [Syntax]) {
    if name == Operators.not { return visit(arguments[0], wanted: .bool) }
    if Self.pairs.contains(name), arguments.count == 2 {
      for (one, other) in [(arguments[0], arguments[1]), (arguments[1], arguments[0])] { pair(name, one, with: other) }
      return
    }
    if name == Operators.isIn, case .list(let elements) = arguments[1].form, !elements.isEmpty {
      for element in elements {
        pair(Operators.equal, arguments[0], with: element.value)
        pair(Operators.equal, element.value, with: arguments[0])
      }
      return
    }
    let texts = Self.textFunctions.contains(name)
    if let target { visit(target, wanted: texts ? .string : nil) }
    for argument in arguments { visit(argument, wanted: texts && Self.type(argument) == nil ? .string : nil) }
  }

  /// One operand of a comparison or of arithmetic.
  private mutating func pair(_ name: String, _ operand: Syntax, with other: Syntax) {
    guard case .name(let field) = operand.form else { return visit(operand, wanted: nil) }
    let isComparison = name != Operators.add && !Self.arithmetic.contains(name)
    switch Self.type(other) ?? known(other) {
    case .double: use(field, .number)
    case .int: use(field, isComparison && Self.isDouble(other) ? .number : .ownNumber)
    case .string: use(field, ImpliedType(.string))
    case .bool where isComparison: use(field, ImpliedType(.bool))
    default: use(field, .own)
    }
  }

  /// A whole number that a double equals: to compare with others, an integer must stay one.
  private static func isDouble(_ syntax: Syntax) -> Bool {
    guard case .literal(.int(let value)) = syntax.form else { return false }
    return Double(exactly: value) != nil
  }

  /// The type of a constant.
  private static func type(_ syntax: Syntax) -> RecordPlan.ColumnType? {
    guard case .literal(let value) = syntax.form else { return nil }
    switch value {
    case .bool: return .bool
    case .int: return .int
    case .double: return .double
    case .string: return .string
    default: return nil
    }
  }

  /// The type of a part that the checker knows, which must not be a field of its own.
  private func known(_ syntax: Syntax) -> RecordPlan.ColumnType? {
    if case .name = syntax.form { return nil }
    return RecordPlan.ColumnType(expression.types[Int(syntax.id)])
  }

  private static let arithmetic: Set<String> = [Operators.subtract, Operators.multiply, Operators.divide, Operators.modulo]
  /// What gives the same number of doubles as of the integers that they equal.
  private static let numeric: Set<String> = [Operators.add, Operators.subtract, Operators.multiply, Operators.negate]
  private static let pairs: Set<String> = arithmetic.union([
    Operators.add, Operators.equal, Operators.notEqual, Operators.less, Operators.lessOrEqual, Operators.greater,
    Operators.greaterOrEqual,
  ])
  /// Methods whose target, and functions whose first argument, is a text.
  private static let textFunctions: Set<String> = [
    "startsWith", "endsWith", "contains", "matches", "charAt", "indexOf", "lastIndexOf", "lowerAscii", "upperAscii", "replace",
    "split", "substring", "trim",
  ]
}

extension AggregateFunction.Takes {
  /// Type of a field that nothing declares, where an aggregate takes it; nil = as it is.
  var columnType: RecordPlan.ColumnType? {
    switch self {
    case .any, .ordered: nil
    case .number: .double
    default: RecordPlan.ColumnType(rawValue: rawValue)
    }
  }
}
