extension Library {
  // or, orValue, optMap and optFlatMap are nodes of their own, for they do not evaluate all that they are given.
  static let optionals: [Definition] = [
    .function("optional.of") { value, _ throws(EvaluationError) in .optional(OptionalValue(value)) },
    .function("optional.ofNonZeroValue") { value, _ throws(EvaluationError) in
      .optional(value.isNonZero ? OptionalValue(value) : .none)
    },
    Definition(
      signature: .init(name: "optional.none", isMethod: false, count: 0),
      function: .variadic { _, _ throws(EvaluationError) in .optional(.none) }),
    .method("hasValue") { value, _ throws(EvaluationError) in
      guard case .optional(let optional) = value else { throw .noSuchOverload }
      return .bool(optional.value != nil)
    },
    .method("value") { value, _ throws(EvaluationError) in
      guard case .optional(let optional) = value else { throw .noSuchOverload }
      guard let content = optional.value else {
        throw EvaluationError("optional.none() dereference: the optional has no value")
      }
      return content
    },
    .function("optional.unwrap", unwrap),
    .method("unwrapOpt", unwrap),
    .method("first", end { $0.first }),
    .method("last", end { $0.last }),
  ]

  /// The values of those that have one.
  private static let unwrap: Function.Unary = { value, frame throws(EvaluationError) in
    guard case .list(let values) = value else { throw .noSuchOverload }
    try frame.spend(writing: 16 * values.count)
    var result: [Value] = []
    for value in values {
      guard case .optional(let optional) = value else { throw .noSuchOverload }
      if let content = optional.value { result.append(content) }
    }
    return .list(result)
  }

  private static func end(_ element: @escaping @Sendable ([Value]) -> Value?) -> Function.Unary {
    { value, _ throws(EvaluationError) in
      guard case .list(let values) = value else { throw .noSuchOverload }
      return .optional(OptionalValue(element(values)))
    }
  }
}
