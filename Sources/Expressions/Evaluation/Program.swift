/// An expression that is ready to be evaluated, row by row and by any number of threads.
public final class Program: Sendable {
  private let root: any Node
  private let locals: Int
  private let caches = Caches()
  private let limits: EvaluationLimits

  /// - Parameter part: a part of the expression that stands in no macro, to be evaluated by itself; nil = all of it.
  public init(_ expression: Expression, of part: Syntax? = nil, limits: EvaluationLimits = EvaluationLimits()) {
    var compiler = Compiler(
      variables: expression.variables.map(\.name), typeNames: expression.typeNames, isStrict: expression.isStrict,
      caches: caches)
    root = compiler.compile(part ?? expression.syntax).node
    locals = compiler.locals
    self.limits = limits.countable
  }

  /// The value that the expression has for each row, where it was found beforehand: without variables, macros and errors it is.
  public var constant: Value? { root.constant }

  /// The value for one row.
  ///
  /// Throws what the specification calls an error, with the part of the expression that it comes from; also when a limit is
  /// reached.
  public func evaluate(_ variables: some Variables) throws(EvaluationError) -> Value {
    var frame = Frame(variables, caches: caches, limits: limits, locals: locals)
    let value = try root.evaluate(&frame)
    guard value.size(limit: limits.bytes + 1) <= limits.bytes else {
      throw .limit("a result of more than \(limits.bytes) bytes is over the limit")
    }
    return value
  }
}
