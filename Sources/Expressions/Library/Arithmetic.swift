/// The operators that count: integers with their overflows as errors, doubles as IEEE 754 has them, times and concatenation.
enum Arithmetic: String, Sendable {
  case add = "_+_"
  case subtract = "_-_"
  case multiply = "_*_"
  case divide = "_/_"
  case modulo = "_%_"

  func of<Integer: FixedWidthInteger>(_ one: Integer, _ other: Integer) throws(EvaluationError) -> Integer {
    let result: (partialValue: Integer, overflow: Bool)
    switch self {
    case .add: result = one.addingReportingOverflow(other)
    case .subtract: result = one.subtractingReportingOverflow(other)
    case .multiply: result = one.multipliedReportingOverflow(by: other)
    case .divide:
      guard other != 0 else { throw EvaluationError("divide by zero") }
      result = one.dividedReportingOverflow(by: other)
    case .modulo:
      guard other != 0 else { throw EvaluationError("modulus by zero") }
      result = one.remainderReportingOverflow(dividingBy: other)
    }
    guard !result.overflow else { throw .overflow }
    return result.partialValue
  }

  func of(_ one: Double, _ other: Double) throws(EvaluationError) -> Double {
    switch self {
    case .add: one + other
    case .subtract: one - other
    case .multiply: one * other
    case .divide: one / other
    case .modulo: throw .noSuchOverload
    }
  }

  /// Of values other than two numbers of one type.
  func of(_ one: Value, _ other: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
    switch (self, one, other) {
    case (.add, .string(let one), .string(let other)):
      try frame.spend(writing: one.utf8.count + other.utf8.count)
      return .string(Text(utf8: one.utf8 + other.utf8))
    case (.add, .bytes(let one), .bytes(let other)):
      try frame.spend(writing: one.count + other.count)
      return .bytes(one + other)
    case (.add, .list(let one), .list(let other)):
      try frame.spend(writing: 16 * (one.count + other.count))
      return .list(one + other)
    case (.add, .timestamp(let timestamp), .duration(let duration)), (.add, .duration(let duration), .timestamp(let timestamp)):
      return .timestamp(try inRange(timestamp.adding(duration)))
    case (.add, .duration(let one), .duration(let other)): return .duration(try inRange(one.adding(other)))
    case (.subtract, .timestamp(let timestamp), .duration(let duration)):
      return .timestamp(try inRange(timestamp.adding(duration.negated)))
    case (.subtract, .timestamp(let one), .timestamp(let other)): return .duration(try inRange(one.distance(from: other)))
    case (.subtract, .duration(let one), .duration(let other)): return .duration(try inRange(one.adding(other.negated)))
    default: throw .noSuchOverload
    }
  }

  private func inRange<Result>(_ result: Result?) throws(EvaluationError) -> Result {
    guard let result else { throw .range }
    return result
  }
}
