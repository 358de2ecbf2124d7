/// `operand.field`, `operand.?field`, `operand[index]` and `operand[?index]`.
///
/// What is taken out of an optional is an optional, too: absent when the optional is, or when it has no such part.
final class AccessNode: Node {
  private let operand: any Node
  private let index: any Node
  /// The name of a field, which lists do not have.
  private let field: String?
  private let isOptional: Bool
  private let span: Span

  init(_ operand: any Node, field: String, optional: Bool, at span: Span) {
    (self.operand, index) = (operand, ConstantNode(.string(Text(field))))
    (self.field, isOptional, self.span) = (field, optional, span)
  }

  init(_ operand: any Node, index: any Node, optional: Bool, at span: Span) {
    (self.operand, self.index, field, isOptional, self.span) = (operand, index, nil, optional, span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    let container = try operand.evaluate(&frame)
    let index = try index.evaluate(&frame)
    if case .optional(let optional) = container {
      guard let value = optional.value else { return container }
      return .optional(OptionalValue(try part(of: value, at: index)))
    }
    let part = try part(of: container, at: index)
    if isOptional { return .optional(OptionalValue(part)) }
    guard let part else { throw missing(index, in: container) }
    return part
  }

  /// Nil when there is none.
  private func part(of container: Value, at index: Value) throws(EvaluationError) -> Value? {
    switch container {
    case .map(let map): return map[index]
    case .list(let values) where field == nil:
      guard let place = index.wholeNumber else {
        throw EvaluationError("invalid_argument: \(index.typeName.rawValue) is no index of a list", at: span)
      }
      return values.indices.contains(place) ? values[place] : nil
    default:
      if let field {
        throw EvaluationError("no_matching_overload: \(container.typeName.rawValue) has no field '\(field)'", at: span)
      }
      throw EvaluationError.noSuchOverload("_[_]", [container, index]).located(at: span)
    }
  }

  private func missing(_ index: Value, in container: Value) -> EvaluationError {
    switch (container, index) {
    case (.list(let values), _):
      EvaluationError("invalid_argument: there is no element \(index.wholeNumber ?? 0) in a list of \(values.count)", at: span)
    case (_, .string(let key)) where key.utf8.count <= 100: EvaluationError("no such key: '\(key)'", at: span)
    case (_, .int(let key)): EvaluationError("no such key: \(key)", at: span)
    case (_, .uint(let key)): EvaluationError("no such key: \(key)", at: span)
    default: EvaluationError("no such key", at: span)
    }
  }
}

extension Value {
  /// Of an int, a uint, or a double without fraction, when it is one that can count elements.
  fileprivate var wholeNumber: Int? {
    switch self {
    case .int(let value): Int(value)
    case .uint(let value): Int(clamping: value)
    case .double(let value): Int(exactly: value)
    case .exact(let number): number.double.flatMap { Int(exactly: $0) }
    default: nil
    }
  }
}

/// `has(operand.field)`.
final class HasNode: Node {
  private let operand: any Node
  private let field: Value
  private let span: Span

  init(_ operand: any Node, field: String, at span: Span) {
    (self.operand, self.field, self.span) = (operand, .string(Text(field)), span)
  }

  func evaluate(_ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.spend()
    var container = try operand.evaluate(&frame)
    if case .optional(let optional) = container {
      guard let value = optional.value else { return .bool(false) }
      container = value
    }
    guard case .map(let map) = container else {
      throw EvaluationError("no_matching_overload: \(container.typeName.rawValue) has no fields", at: span)
    }
    return .bool(map[field] != nil)
  }
}
