/// `==` and `!=`.
final class EqualityNode: Node {
  private let left: any Node
  private let right: any Node
  private let isNegated: Bool

  init(_ left: any Node, _ right: any Node, negated: Bool) {
    (self.left, self.right, isNegated) = (left, right, negated)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let one = try left.evaluate(&frame)
    let other = try right.evaluate(&frame)
    try frame.spend(comparing: one, other)
    return .bool(one.equals(other) != isNegated)
  }
}

extension Frame {
  /// For the work of comparing two values, which goes over no more than the smaller one.
  @inline(__always)
  mutating func spend(comparing one: Value, _ other: Value) throws(EvaluationError) {
    switch (one, other) {
    case (.list, .list), (.map, .map), (.optional, .optional): try spend(over: one)
    case (.string(let one), .string(let other)): try spend(reading: min(one.utf8.count, other.utf8.count))
    case (.bytes(let one), .bytes(let other)): try spend(reading: min(one.count, other.count))
    default: break
    }
  }
}

/// `<`, `<=`, `>` and `>=`.
final class OrderNode: Node {
  enum Relation: String {
    case less = "_<_"
    case lessOrEqual = "_<=_"
    case greater = "_>_"
    case greaterOrEqual = "_>=_"
  }

  private let relation: Relation
  private let left: any Node
  private let right: any Node
  private let span: Span

  init(_ relation: Relation, _ left: any Node, _ right: any Node, at span: Span) {
    (self.relation, self.left, self.right, self.span) = (relation, left, right, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let one = try left.evaluate(&frame)
    let other = try right.evaluate(&frame)
    if case .double(let one) = one, case .double(let other) = other { return .bool(holds(one, other)) }
    if case .int(let one) = one, case .int(let other) = other { return .bool(holds(one, other)) }
    try frame.spend(comparing: one, other)
    guard let order = one.order(to: other) else {
      throw EvaluationError.noSuchOverload(relation.rawValue, [one, other]).located(at: span)
    }
    return switch relation {
    case .less: .bool(order == .less)
    case .lessOrEqual: .bool(order == .less || order == .equal)
    case .greater: .bool(order == .greater)
    case .greaterOrEqual: .bool(order == .greater || order == .equal)
    }
  }

  @inline(__always)
  private func holds<Number: Comparable>(_ one: Number, _ other: Number) -> Bool {
    switch relation {
    case .less: one < other
    case .lessOrEqual: one <= other
    case .greater: one > other
    case .greaterOrEqual: one >= other
    }
  }
}

/// `+`, `-`, `*`, `/` and `%`.
final class ArithmeticNode: Node {
  private let operation: Arithmetic
  private let left: any Node
  private let right: any Node
  /// An int or a uint becomes a double beside one.
  private let widens: Bool
  private let span: Span

  init(_ operation: Arithmetic, _ left: any Node, _ right: any Node, widens: Bool, at span: Span) {
    (self.operation, self.left, self.right, self.widens, self.span) = (operation, left, right, widens, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let one = try left.evaluate(&frame)
    let other = try right.evaluate(&frame)
    return try operation.combined(one, other, widens: widens, at: span, &frame)
  }
}

/// Arithmetic of many operands, from the left to the right.
final class ChainNode: Node {
  struct Step {
    let operation: Arithmetic
    let operand: any Node
    /// Of the chain up to this operand.
    let span: Span
  }

  private let first: any Node
  private let steps: [Step]
  private let widens: Bool

  init(_ first: any Node, _ steps: [Step], widens: Bool) { (self.first, self.steps, self.widens) = (first, steps, widens) }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    var value = try first.evaluate(&frame)
    for step in steps {
      try frame.spend()
      let operand = try step.operand.evaluate(&frame)
      value = try step.operation.combined(value, operand, widens: widens, at: step.span, &frame)
    }
    return value
  }
}

extension Arithmetic {
  /// What it makes of two values; an int or a uint becomes a double beside one when it `widens`.
  @inline(__always)
  fileprivate func combined(
    _ one: Value, _ other: Value, widens: Bool, at span: Span, _ frame: inout Frame
  ) throws(EvaluationError) -> Value {
    do throws(EvaluationError) {
      if case .double(let one) = one, case .double(let other) = other { return .double(try of(one, other)) }
      if case .int(let one) = one, case .int(let other) = other { return .int(try of(one, other)) }
      if case .uint(let one) = one, case .uint(let other) = other { return .uint(try of(one, other)) }
      if widens, let pair = Self.widened(one, other) { return .double(try of(pair.0, pair.1)) }
      return try of(one, other, &frame)
    } catch {
      if error.kind == .overload, let values = try EvaluationError.calculable([one, other], at: span) {
        return try again(values[0], values[1], widens: widens, at: span, &frame)
      }
      if error.kind == .overload { throw EvaluationError.noSuchOverload(rawValue, [one, other]).located(at: span) }
      throw error.located(at: span)
    }
  }

  @inline(never)
  private func again(
    _ one: Value, _ other: Value, widens: Bool, at span: Span, _ frame: inout Frame
  ) throws(EvaluationError) -> Value {
    try combined(one, other, widens: widens, at: span, &frame)
  }

  private static func widened(_ one: Value, _ other: Value) -> (Double, Double)? {
    switch (one, other) {
    case (.int(let one), .double(let other)): (Double(one), other)
    case (.uint(let one), .double(let other)): (Double(one), other)
    case (.double(let one), .int(let other)): (one, Double(other))
    case (.double(let one), .uint(let other)): (one, Double(other))
    default: nil
    }
  }
}
