extension Checker {
  // MARK: Names

  func undeclared(_ name: String, at span: Span) -> ExpressionError {
    let bare = name.hasPrefix(".") ? String(name.dropFirst()) : name
    let names = scopes.map(\.name) + environment.variables.keys + environment.suggestions
    if let nearest = Suggestion.nearest(to: bare, among: names) {
      return ExpressionError("there is no variable '\(bare)'; did you mean '\(nearest)'?", at: span)
    }
    return ExpressionError("there is no variable '\(bare)'", at: span)
  }

  func undeclaredFunction(_ name: String, at span: Span) -> ExpressionError {
    let names = Array(Declarations.functions.keys) + environment.functions.keys
    if let nearest = Suggestion.nearest(to: name, among: names) {
      return ExpressionError("there is no function '\(name)'; did you mean '\(nearest)'?", at: span)
    }
    return ExpressionError("there is no function '\(name)'", at: span)
  }

  func undeclaredFunction(_ name: String, target: Syntax?, _ arguments: [Syntax], at span: Span) -> ExpressionError {
    undeclaredFunction(name, at: span)
  }

  // MARK: Types

  mutating func noBool(_ syntax: Syntax, _ place: String) -> ExpressionError {
    ExpressionError("\(place) takes a bool, but \(described(syntax))", at: syntax.span)
  }

  mutating func noOptional(_ syntax: Syntax, _ place: String) -> ExpressionError {
    ExpressionError("\(place) takes an optional, but \(described(syntax)); optional.of(x) makes one", at: syntax.span)
  }

  func noKey(_ syntax: Syntax, _ type: ValueType) -> ExpressionError {
    ExpressionError("a key of a map is a string, an int, a uint or a bool, but this is \(type.withArticle)", at: syntax.span)
  }

  func noFields(_ operand: Syntax, _ type: ValueType, _ field: String, at span: Span) -> ExpressionError {
    ExpressionError("\(quoted(operand)) is \(type.withArticle) and has no field '\(field)'", at: span)
  }

  mutating func noIndex(_ operand: Syntax, _ index: Syntax, _ type: ValueType) -> ExpressionError {
    ExpressionError(
      "\(quoted(operand)) takes \(type.withArticle) in '[ ]', but \(described(index))", at: index.span)
  }

  func nothingToIndex(_ operand: Syntax, _ type: ValueType, at span: Span) -> ExpressionError {
    ExpressionError("\(quoted(operand)) is \(type.withArticle); lists and maps alone have '[ ]'", at: span)
  }

  func noRange(_ range: Syntax, _ type: ValueType) -> ExpressionError {
    ExpressionError("\(quoted(range)) is \(type.withArticle), and macros go over lists and maps", at: range.span)
  }

  mutating func noEntries(_ transform: Syntax) -> ExpressionError {
    ExpressionError("transformMapEntry() makes maps, but \(described(transform))", at: transform.span)
  }

  mutating func branches(_ yes: Syntax, _ no: Syntax) -> ExpressionError {
    ExpressionError(
      "both values of '?' need one type, but one is \(word(yes)) and the other \(word(no)); dyn(…) around one allows it",
      at: no.span)
  }

  mutating func noOverload(_ syntax: Syntax, _ name: String, _ target: Syntax?, _ arguments: [Syntax]) -> ExpressionError {
    let types = ((target.map { [$0] } ?? []) + arguments).map { word($0) }.joined(separator: ", ")
    return ExpressionError("\(name) does not take (\(types))", at: syntax.span)
  }

  // MARK: Words

  mutating func word(_ syntax: Syntax) -> String {
    unifier.resolved(type(syntax), freeAsDyn: true).withArticle
  }

  /// `'value' is a string`.
  mutating func described(_ syntax: Syntax) -> String { "\(quoted(syntax)) is \(word(syntax))" }

  /// The text of a part of the expression if it is short.
  func quoted(_ syntax: Syntax) -> String {
    let text = String(decoding: text[Int(syntax.span.start)..<Int(syntax.span.end)], as: UTF8.self)
    return text.utf8.count > 32 || text.contains("\n") ? "this" : "'\(text)'"
  }
}
