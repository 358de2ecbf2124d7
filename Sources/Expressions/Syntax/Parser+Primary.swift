extension Parser {
  /// A literal, a name, a call, or something in brackets.
  mutating func primary() throws(ExpressionError) -> Syntax {
    switch token.kind {
    case .identifier, .symbol(.dot): try named()
    case .symbol(.parenthesis): try parenthesized()
    case .symbol(.bracket): try list()
    case .symbol(.brace): try map()
    case .integer, .literal, .quoted, .symbol, .end: try literal()
    }
  }

  @inline(never)
  private mutating func literal() throws(ExpressionError) -> Syntax {
    let span = token.span
    let value: Value
    switch token.kind {
    case .integer(let magnitude):
      guard let number = Int64(exactly: magnitude) else {
        throw ExpressionError(
          "\(magnitude) is too large for an int, which ends at \(Int64.max); a uint is written \(magnitude)u", at: span)
      }
      value = .int(number)
    case .literal(let literal): value = literal
    case .quoted(let name):
      throw ExpressionError("a name in backquotes is that of a field and stands after a point: map.`\(name)`", at: span)
    default: throw noOperand()
    }
    try advance()
    return try node(.literal(value), span)
  }

  @inline(never)
  private mutating func parenthesized() throws(ExpressionError) -> Syntax {
    let opening = token.span
    try advance()
    let inner = try expression()
    try close(.closingParenthesis, of: opening)
    return inner
  }

  /// A variable, or the call of a function.
  @inline(never)
  private mutating func named() throws(ExpressionError) -> Syntax {
    let start = token.span
    let name = try name()
    let span = span(from: start)
    if !token.is(.parenthesis) { return try node(.name(name), span) }
    let arguments = try arguments()
    return try call(name, nil, arguments, self.span(from: start))
  }

  /// A name with its leading dot, if it has one.
  @inline(never)
  private mutating func name() throws(ExpressionError) -> String {
    let isAbsolute = try take(.dot)
    guard case .identifier(let name) = token.kind else { throw expected("a name", after: "'.'") }
    let span = token.span
    try advance()
    if name == "if", !isAbsolute {
      throw ExpressionError("'if' is no operator; a condition is written condition ? a : b", at: span)
    }
    if Reserved.words.contains(name) {
      throw ExpressionError("'\(name)' is a word that the language keeps for itself and no name", at: span)
    }
    if name == "not", token.beginsExpression, !token.is(.parenthesis), !token.is(.bracket), !token.is(.brace) {
      throw ExpressionError("'not' is no operator; did you mean '!'?", at: span)
    }
    return isAbsolute ? "." + name : name
  }

  /// Selections, calls of methods, indices and fields of messages, as many as follow.
  mutating func members(of operand: Syntax) throws(ExpressionError) -> Syntax {
    var syntax = operand
    while true {
      if token.is(.dot) {
        syntax = try member(of: syntax)
      } else if token.is(.bracket) {
        syntax = try element(of: syntax)
      } else if token.is(.brace), let name = qualifiedName(syntax) {
        syntax = try message(name, from: syntax.span)
      } else {
        return syntax
      }
    }
  }

  /// `operand[index]`.
  @inline(never)
  private mutating func element(of operand: Syntax) throws(ExpressionError) -> Syntax {
    let opening = token.span
    try advance()
    let isOptional = try take(.conditional)
    let index = try expression()
    try close(.closingBracket, of: opening)
    return try node(.index(operand, index, optional: isOptional), span(from: operand.span), over: [operand, index])
  }

  /// A point and what follows it.
  @inline(never)
  private mutating func member(of target: Syntax) throws(ExpressionError) -> Syntax {
    let (name, isOptional, isMethod) = try memberName()
    if isMethod {
      let arguments = try arguments()
      return try call(name, target, arguments, span(from: target.span))
    }
    return try node(.select(target, field: name, optional: isOptional), span(from: target.span), over: [target])
  }

  @inline(never)
  private mutating func memberName() throws(ExpressionError) -> (String, isOptional: Bool, isMethod: Bool) {
    try advance()
    let isOptional = try take(.conditional)
    let name: String
    var isQuoted = false
    switch token.kind {
    case .identifier(let word): name = word
    case .quoted(let word):
      name = word
      isQuoted = true
    case .literal(.bool), .literal(.null), .symbol(.isIn):
      let word = lexer.string(from: Int(token.span.start), to: Int(token.span.end))
      throw ExpressionError("'\(word)' is a word of the language; a field of that name is written .`\(word)`", at: token.span)
    default: throw expected("the name of a field or method", after: isOptional ? "'.?'" : "'.'")
    }
    try advance()
    return (name, isOptional, token.is(.parenthesis) && !isOptional && !isQuoted)
  }

  /// Arguments in parentheses.
  @inline(never)
  private mutating func arguments() throws(ExpressionError) -> [Syntax] {
    let opening = token.span
    try advance()
    var arguments: [Syntax] = []
    if try take(.closingParenthesis) { return arguments }
    repeat { arguments.append(try expression()) } while try take(.comma)
    try close(.closingParenthesis, of: opening)
    return arguments
  }

  @inline(never)
  private mutating func list() throws(ExpressionError) -> Syntax {
    let opening = token.span
    try advance()
    var elements: [Syntax.Element] = []
    while !token.is(.closingBracket) {
      let isOptional = try take(.conditional)
      elements.append(Syntax.Element(try expression(), optional: isOptional))
      guard try take(.comma) else { break }
    }
    try close(.closingBracket, of: opening)
    return try node(.list(elements), span(from: opening), over: elements.map(\.value))
  }

  @inline(never)
  private mutating func map() throws(ExpressionError) -> Syntax {
    let opening = token.span
    try advance()
    var entries: [Syntax.Entry] = []
    while !token.is(.closingBrace) {
      let isOptional = try take(.conditional)
      let key = try expression()
      guard try take(.colon) else { throw expected("':' and a value", after: "the key of a map") }
      entries.append(Syntax.Entry(key, try expression(), optional: isOptional))
      guard try take(.comma) else { break }
    }
    try close(.closingBrace, of: opening)
    return try node(.map(entries), span(from: opening), over: entries.flatMap { [$0.key, $0.value] })
  }

  @inline(never)
  private mutating func message(_ name: String, from start: Span) throws(ExpressionError) -> Syntax {
    let opening = token.span
    try advance()
    var fields: [Syntax.Field] = []
    while !token.is(.closingBrace) {
      _ = try take(.conditional)
      switch token.kind {
      case .identifier(let field), .quoted(let field):
        try advance()
        guard try take(.colon) else { throw expected("':' and a value", after: "the name of a field") }
        fields.append(Syntax.Field(field, try expression()))
      default: throw expected("the name of a field", after: fields.isEmpty ? "'{'" : "','")
      }
      guard try take(.comma) else { break }
    }
    try close(.closingBrace, of: opening)
    return try node(.message(name, fields), span(from: start), over: fields.map(\.value))
  }

  /// `a.b.c` as one name; nil of anything else.
  @inline(never)
  private func qualifiedName(_ syntax: Syntax) -> String? {
    var parts: [String] = []
    var syntax = syntax
    while case .select(let operand, let field, optional: false) = syntax.form {
      parts.append(field)
      syntax = operand
    }
    guard case .name(let first) = syntax.form else { return nil }
    return ([first] + parts.reversed()).joined(separator: ".")
  }
}
