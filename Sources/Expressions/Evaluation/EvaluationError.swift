/// Why an expression has no value for a row.
public struct EvaluationError: Error, Sendable, Hashable {
  /// One sentence without a full stop.
  public var message: String
  /// The part of the expression that failed.
  public var span: Span?
  let kind: Kind

  enum Kind: Sendable, Hashable {
    case ordinary
    /// The arguments are of types that the function is not for; the call that catches it adds which.
    case overload
    /// A bound was reached: no `||` makes up for it.
    case limit
  }

  public init(_ message: String, at span: Span? = nil) { self.init(message, at: span, .ordinary) }

  private init(_ message: String, at span: Span?, _ kind: Kind) {
    self.message = message
    self.span = span
    self.kind = kind
  }

  static let noSuchOverload = EvaluationError("no such overload", at: nil, .overload)
  static let overflow = EvaluationError("overflow: the result is out of the range of its type")
  static let range = EvaluationError("range error: the result is out of the range of its type")
  static let noSuchKey = EvaluationError("no such key")

  static func limit(_ message: String) -> EvaluationError { EvaluationError(message, at: nil, .limit) }

  /// A call of a function with arguments of types that it is not for.
  static func noSuchOverload(_ function: String, _ arguments: [Value]) -> EvaluationError {
    EvaluationError("no such overload: \(call(function, arguments.map(\.typeName.shortName)))")
  }

  /// A call as it is written, with types for the arguments: `string > double`, `size(int)`.
  private static func call(_ function: String, _ types: [String]) -> String {
    switch (function, types.count) {
    case (Operators.isIn, 2): "\(types[0]) in \(types[1])"
    case ("_[_]", 2): "\(types[0])[\(types[1])]"
    case (Operators.not, 1), (Operators.negate, 1): "\(function.dropLast())\(types[0])"
    case (_, 2) where function.hasPrefix("_") && function.hasSuffix("_"):
      "\(types[0]) \(function.dropFirst().dropLast()) \(types[1])"
    default: "\(function)(\(types.joined(separator: ", ")))"
    }
  }

  /// The same error with a place, where it has none yet.
  func located(at span: Span) -> EvaluationError {
    guard self.span == nil else { return self }
    return EvaluationError(message, at: span, kind)
  }
}
