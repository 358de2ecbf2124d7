/// What one evaluation works on; never shared.
struct Frame {
  let variables: any Variables
  let caches: Caches
  let limits: EvaluationLimits
  /// Variables of macros, each at a place of its own.
  var locals: [Local]
  private var cost: Int

  /// A variable of a macro. What it is bound to is computed once, and an error is one for whoever reads it.
  enum Local {
    case value(Value)
    indirect case failure(EvaluationError)
  }

  init(_ variables: any Variables, caches: Caches, limits: EvaluationLimits, locals: Int) {
    self.variables = variables
    self.caches = caches
    self.limits = limits
    self.locals = Array(repeating: .value(.null), count: locals)
    cost = limits.cost
  }

  /// Throws when the cost of the evaluation goes over its limit.
  @inline(__always)
  mutating func spend(_ cost: Int = 1) throws(EvaluationError) {
    self.cost -= cost
    if self.cost < 0 { throw tooCostly }
  }

  mutating func spend(reading bytes: Int) throws(EvaluationError) { try spend(bytes / 64) }

  /// Before so many bytes of a string, or 16 for an element of a list, are written.
  mutating func spend(writing bytes: Int) throws(EvaluationError) {
    guard bytes <= limits.bytes else { throw .limit("a result of \(bytes) bytes is over the limit of \(limits.bytes)") }
    try spend(bytes / 16)
  }

  /// For work that goes over all of a value.
  mutating func spend(over value: Value) throws(EvaluationError) {
    try spend(reading: value.size(limit: 64 * (cost + 1)))
  }

  private var tooCostly: EvaluationError { .limit("the evaluation costs more than its limit of \(limits.cost)") }
}
