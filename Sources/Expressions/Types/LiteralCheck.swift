/// Finds literals that their function can never take: a pattern that is no regular expression, a text that is no time, a zone
/// that nobody has.
///
/// The specification leaves them to run time, where each event would meet the same error.
struct LiteralCheck {
  private let caches = Caches()

  /// Of an expression whose names were looked up, the first such literal; nil when each may be right.
  func firstMistake(in syntax: Syntax) -> ExpressionError? {
    var first: ExpressionError?
    var rest = [syntax]
    while let next = rest.popLast() {
      rest += next.parts
      guard case .call(let name, let target, let arguments) = next.form else { continue }
      let operands = (target.map { [$0] } ?? []) + arguments
      guard let last = operands.last, case .literal(let literal) = last.form,
        first.map({ last.span.start < $0.span.start }) ?? true,
        let definition = Library.standard.definition(name, isMethod: target != nil, count: operands.count),
        let error = error(of: definition, for: literal)
      else { continue }
      first = ExpressionError(error.message, at: last.span)
    }
    return first
  }

  /// True of a literal that a function of one argument can never take.
  func refuses(_ literal: Value, in name: String) -> Bool {
    Library.standard.definition(name, isMethod: false, count: 1).flatMap { error(of: $0, for: literal) } != nil
  }

  /// What a function says of a literal, its last argument, whatever the others are. Wrong types are the checker's to tell.
  private func error(of definition: Library.Definition, for literal: Value) -> EvaluationError? {
    var frame = Frame(VariableList(), caches: caches, limits: EvaluationLimits(), locals: 0)
    do throws(EvaluationError) {
      switch definition.function {
      case .unary(let function): _ = try function(literal, &frame)
      case .binary(let function):
        guard let target = Self.targets[definition.signature.name] else { return nil }
        _ = try function(target, literal, &frame)
      case .ternary, .variadic: break
      }
      return nil
    } catch {
      return error.kind == .ordinary ? error : nil
    }
  }

  /// Targets for which functions of two arguments err over the second one alone.
  private static let targets: [String: Value] = {
    let range = Value.network(NetworkValue(bytes: [0, 0, 0, 0], prefix: 0))
    var targets: [String: Value] = ["matches": .string(""), "containsIP": range, "containsCIDR": range]
    for part in Library.times { targets[part.signature.name] = .timestamp(Timestamp(seconds: 0)) }
    return targets
  }()
}
