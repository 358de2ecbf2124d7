/// The smallest piece of an expression that means something.
struct Token {
  enum Kind {
    /// A name, or a reserved word that is no ``Symbol``.
    case identifier(String)
    /// A name in backquotes.
    case quoted(String)
    /// An int without its sign.
    case integer(UInt64)
    /// Every other literal.
    case literal(Value)
    case symbol(Symbol)
    case end
  }

  var kind: Kind
  var span: Span

  func `is`(_ symbol: Symbol) -> Bool {
    if case .symbol(symbol) = kind { true } else { false }
  }

  /// True of what an expression may begin with, signs aside.
  var beginsExpression: Bool {
    switch kind {
    case .identifier, .integer, .literal, .symbol(.parenthesis), .symbol(.bracket), .symbol(.brace): true
    default: false
    }
  }
}

/// Operators and punctuation, as they are written.
enum Symbol: String, CaseIterable {
  case conditional = "?", colon = ":", or = "||", and = "&&"
  case equal = "==", notEqual = "!=", lessOrEqual = "<=", greaterOrEqual = ">=", less = "<", greater = ">", isIn = "in"
  case plus = "+", minus = "-", times = "*", divide = "/", modulo = "%", not = "!"
  case dot = ".", comma = ","
  case parenthesis = "(", closingParenthesis = ")", bracket = "[", closingBracket = "]", brace = "{", closingBrace = "}"
}

/// Words that cannot be names of variables or functions.
enum Reserved {
  /// Part of the grammar: not even fields can be named so without quotes.
  static let keywords: Set<String> = ["true", "false", "null", "in"]
  /// Kept for languages around expressions.
  static let words: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
    "return",
    "var", "void", "while",
  ]
}
