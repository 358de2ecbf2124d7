import Glibc

extension Library {
  static let math: [Definition] = [
    .function("math.greatest", variadic: { values, frame throws(EvaluationError) in try extreme(values, .greater, &frame) }),
    .function("math.least", variadic: { values, frame throws(EvaluationError) in try extreme(values, .less, &frame) }),
    .function("math.ceil", real(ceil)),
    .function("math.floor", real(floor)),
    // Halves away from zero.
    .function("math.round", real(round)),
    .function("math.trunc", real(trunc)),
    .function("math.sqrt") { value, _ throws(EvaluationError) in
      switch value {
      case .int(let value): return .double(Double(value).squareRoot())
      case .uint(let value): return .double(Double(value).squareRoot())
      case .double(let value): return .double(value.squareRoot())
      default: throw .noSuchOverload
      }
    },
    .function("math.isNaN", test(\.isNaN)),
    .function("math.isInf", test(\.isInfinite)),
    .function("math.isFinite", test(\.isFinite)),
    .function("math.abs") { value, _ throws(EvaluationError) in
      switch value {
      case .uint: return value
      case .int(let value):
        guard value != .min else { throw .overflow }
        return .int(abs(value))
      case .double(let value): return .double(abs(value))
      default: throw .noSuchOverload
      }
    },
    .function("math.sign") { value, _ throws(EvaluationError) in
      switch value {
      case .uint(let value): return .uint(min(value, 1))
      case .int(let value): return .int(value.signum())
      case .double(let value): return .double(value > 0 ? 1 : value < 0 ? -1 : value.isNaN ? value : 0)
      default: throw .noSuchOverload
      }
    },
  ]

  private static func real(_ operation: @escaping @Sendable (Double) -> Double) -> Function.Unary {
    { value, _ throws(EvaluationError) in
      guard case .double(let value) = value else { throw .noSuchOverload }
      return .double(operation(value))
    }
  }

  private static func test(_ operation: @escaping @Sendable (Double) -> Bool) -> Function.Unary {
    { value, _ throws(EvaluationError) in
      guard case .double(let value) = value else { throw .noSuchOverload }
      return .bool(operation(value))
    }
  }

  /// The first of the numbers, or of those in the only argument, that no other one stands in that order to.
  private static func extreme(
    _ arguments: [Value], _ order: NumericOrder, _ frame: inout Frame
  ) throws(EvaluationError) -> Value {
    var values = arguments
    if arguments.count == 1, case .list(let list) = arguments[0] { values = list }
    try frame.spend(values.count)
    guard var result = values.first, result.numericOrder(to: result) != nil else { throw .noSuchOverload }
    for value in values.dropFirst() {
      guard let other = value.numericOrder(to: result) else { throw .noSuchOverload }
      if other == order { result = value }
    }
    return result
  }
}
