extension Syntax {
  /// Parses an expression and expands its macros; names are not looked up.
  ///
  /// The tree is at most ``SyntaxLimits/depth`` high. Nodes have ids from 0 on, the root the last.
  public static func parse(
    _ text: String, limits: SyntaxLimits = SyntaxLimits(), options: SyntaxOptions = SyntaxOptions()
  ) throws(ExpressionError) -> Syntax {
    let bytes = Array(text.utf8)
    guard bytes.count <= limits.bytes else {
      throw ExpressionError(
        "the expression has \(bytes.count) bytes, and \(limits.bytes) are the most", at: Span(limits.bytes, bytes.count))
    }
    var parser = Parser(bytes, limits: limits, options: options)
    return try parser.parse()
  }
}
