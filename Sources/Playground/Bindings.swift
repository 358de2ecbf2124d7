import Expressions

/// Variables whose values are known before the expression is evaluated.
struct Bindings: Variables {
  private var values: [Value?]

  init(_ values: [String: Value], for expression: Expression) {
    self.values = expression.variables.map { values[$0.name] }
  }

  func value(_ index: Int) throws(EvaluationError) -> Value? { values[index] }
}
