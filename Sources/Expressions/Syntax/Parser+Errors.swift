extension Parser {
  /// What comes next, in words.
  private var found: String {
    if case .end = token.kind { return "the expression ends" }
    return "'\(lexer.string(from: Int(token.span.start), to: Int(token.span.end)))' stands"
  }

  func expected(_ what: String, after before: String) -> ExpressionError {
    ExpressionError("\(what) must follow \(before), but here \(found)", at: token.span)
  }

  /// There is no value where one must be.
  func noOperand() -> ExpressionError {
    if case .symbol(let symbol) = token.kind {
      switch symbol {
      case .plus: return ExpressionError("a number has no '+' before it", at: token.span)
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn, .and, .or, .times, .divide, .modulo:
        return ExpressionError("'\(symbol.rawValue)' stands between two values, but there is none before it", at: token.span)
      case .colon: return ExpressionError("there is no value before ':'", at: token.span)
      case .conditional:
        return ExpressionError(
          "'?' stands between a condition and its values; a ?? b is written has(a) ? a : b", at: token.span)
      default: break
      }
    }
    return ExpressionError("a value is expected, but here \(found)", at: token.span)
  }

  func noColon(after yes: Syntax) -> ExpressionError {
    if case .name(let name) = yes.form, name.hasPrefix(".") {
      return ExpressionError("an optional field is written a.?b; a condition is written condition ? a : b", at: yes.span)
    }
    if token.is(.conditional) {
      return ExpressionError("a condition within a condition stands in parentheses: a ? (b ? c : d) : e", at: token.span)
    }
    return ExpressionError("':' and the value for false follow here: condition ? a : b; but \(found)", at: token.span)
  }

  func unclosed(_ symbol: Symbol, of opening: Span) -> ExpressionError {
    let open = lexer.string(from: Int(opening.start), to: Int(opening.end))
    if case .end = token.kind {
      return ExpressionError("'\(open)' is not closed; '\(symbol.rawValue)' is missing", at: opening)
    }
    if let slip = wordForOperator() { return slip }
    if token.is(.colon) {
      return ExpressionError("':' belongs to a condition 'a ? b : c' or to a map '{key: value}'", at: token.span)
    }
    let comma = symbol == .closingParenthesis ? "" : "',' or "
    return ExpressionError("\(comma)'\(symbol.rawValue)' is expected, but here \(found)", at: token.span)
  }

  /// Something stands after a whole expression.
  func unexpected(after syntax: Syntax) -> ExpressionError {
    if let slip = wordForOperator() { return slip }
    if case .symbol(let symbol) = token.kind {
      switch symbol {
      case .closingParenthesis, .closingBracket, .closingBrace:
        return ExpressionError("'\(symbol.rawValue)' closes nothing", at: token.span)
      case .brace: return ExpressionError("only the name of a message has fields in '{ }'", at: token.span)
      case .comma:
        return ExpressionError("',' stands between arguments and elements; the point of a number is '.'", at: token.span)
      case .not: return ExpressionError("'!' stands before a value; did you mean '!=' or '&& !'?", at: token.span)
      default: break
      }
    }
    return ExpressionError("the expression is complete, but here \(found); an operator is missing", at: token.span)
  }

  /// An operator of another language that was written as a word.
  private func wordForOperator() -> ExpressionError? {
    guard case .identifier(let word) = token.kind else { return nil }
    let meant: String
    switch word.lowercased() {
    case "and": meant = "&&"
    case "or": meant = "||"
    case "not": meant = "! before 'in', as in !(a in b)"
    case "is", "eq": meant = "=="
    case "ne": meant = "!="
    case "lt": meant = "<"
    case "le": meant = "<="
    case "gt": meant = ">"
    case "ge": meant = ">="
    case "mod": meant = "%"
    case "div": meant = "/"
    case "like", "matches":
      return ExpressionError("'\(word)' is no operator; did you mean 'text.matches(pattern)'?", at: token.span)
    case "contains": return ExpressionError("'\(word)' is a method: text.contains(part), or element in list", at: token.span)
    case "if", "then", "else":
      return ExpressionError("'\(word)' is no operator; a condition is written condition ? a : b", at: token.span)
    default: return nil
    }
    if word == "not" { return ExpressionError("'not' is no operator; did you mean \(meant)?", at: token.span) }
    return ExpressionError("'\(word)' is no operator; did you mean '\(meant)'?", at: token.span)
  }
}
