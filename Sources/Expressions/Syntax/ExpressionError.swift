/// What is wrong with an expression, and where.
public struct ExpressionError: Error, Sendable, Hashable {
  /// One sentence without a full stop, with the fix where there is one.
  public var message: String
  public var span: Span

  public init(_ message: String, at span: Span) {
    self.message = message
    self.span = span
  }
}
