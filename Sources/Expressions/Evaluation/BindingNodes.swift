/// `cel.bind(name, value, body)` and `cel.block([values…], body)`.
///
/// A value that fails is an error only where it is used.
final class BindingNode: Node {
  private let values: [(local: Int, node: any Node)]
  private let body: any Node

  init(_ values: [(local: Int, node: any Node)], body: any Node) { (self.values, self.body) = (values, body) }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    for value in values {
      do throws(EvaluationError) {
        frame.locals[value.local] = .value(try value.node.evaluate(&frame))
      } catch {
        guard error.kind != .limit else { throw error }
        frame.locals[value.local] = .failure(error)
      }
    }
    return try body.evaluate(&frame)
  }
}

/// `target.optMap(name, body)`, and `optFlatMap` whose body is an optional itself.
final class OptionalMapNode: Node {
  private let target: any Node
  private let local: Int
  private let body: any Node
  private let isFlat: Bool
  private let span: Span

  init(_ target: any Node, local: Int, body: any Node, flat: Bool, at span: Span) {
    (self.target, self.local, self.body, isFlat, self.span) = (target, local, body, flat, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let name = isFlat ? "optFlatMap" : "optMap"
    let value = try target.evaluate(&frame)
    guard case .optional(let optional) = value else { throw EvaluationError.noSuchOverload(name, [value]).located(at: span) }
    guard let content = optional.value else { return value }
    frame.locals[local] = .value(content)
    let result = try body.evaluate(&frame)
    guard isFlat else { return .optional(OptionalValue(result)) }
    guard case .optional = result else { throw EvaluationError.noSuchOverload(name, [value, result]).located(at: span) }
    return result
  }
}

/// `target.or(other)` and `target.orValue(other)`, where the other is evaluated only when the target is absent.
final class OptionalOrNode: Node {
  private let target: any Node
  private let other: any Node
  private let unpacks: Bool
  private let span: Span

  init(_ target: any Node, _ other: any Node, unpacks: Bool, at span: Span) {
    (self.target, self.other, self.unpacks, self.span) = (target, other, unpacks, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let value = try target.evaluate(&frame)
    let name = unpacks ? "orValue" : "or"
    guard case .optional(let optional) = value else { throw EvaluationError.noSuchOverload(name, [value]).located(at: span) }
    if let content = optional.value { return unpacks ? content : value }
    let result = try other.evaluate(&frame)
    if case .optional = result { return result }
    guard unpacks else { throw EvaluationError.noSuchOverload(name, [value, result]).located(at: span) }
    return result
  }
}
