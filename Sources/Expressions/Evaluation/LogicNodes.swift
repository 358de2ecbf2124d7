/// `&&`, and `||`, which is the same with true and false exchanged.
///
/// An operand that decides makes up for an error of the other one, on either side.
final class JunctionNode: Node {
  private let decisive: Bool
  private let left: any Node
  private let right: any Node
  private let span: Span

  init(and left: any Node, _ right: any Node, at span: Span) {
    (decisive, self.left, self.right, self.span) = (false, left, right, span)
  }

  init(or left: any Node, _ right: any Node, at span: Span) {
    (decisive, self.left, self.right, self.span) = (true, left, right, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    var failure: EvaluationError?
    do throws(EvaluationError) {
      if try left.condition(&frame) == decisive { return .bool(decisive) }
    } catch {
      guard error.kind != .limit else { throw error }
      failure = error
    }
    do throws(EvaluationError) {
      let value = try right.condition(&frame)
      guard let failure, value != decisive else { return .bool(value) }
      throw failure
    } catch {
      throw error.kind == .overload ? noOverload : error
    }
  }

  private var noOverload: EvaluationError {
    EvaluationError("no matching overload: the operands of \(decisive ? "||" : "&&") have to be bool", at: span)
  }
}

/// `condition ? yes : no`.
final class ConditionalNode: Node {
  private let condition: any Node
  private let yes: any Node
  private let no: any Node
  private let span: Span

  init(_ condition: any Node, _ yes: any Node, _ no: any Node, at span: Span) {
    (self.condition, self.yes, self.no, self.span) = (condition, yes, no, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    guard case .bool(let holds) = try condition.evaluate(&frame) else {
      throw EvaluationError("no matching overload: the condition of ?: has to be a bool", at: span)
    }
    return holds ? try yes.evaluate(&frame) : try no.evaluate(&frame)
  }
}
