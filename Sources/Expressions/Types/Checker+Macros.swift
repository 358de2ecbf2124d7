extension Checker {
  /// Puts the variables of a macro into scope.
  mutating func enter(_ macro: Syntax.Comprehension, over range: Syntax) throws(ExpressionError) {
    let (first, second) = try elements(of: range, pairs: macro.second != nil)
    scopes.append((macro.first, first))
    if let name = macro.second { scopes.append((name, second)) }
  }

  /// What the variables of a macro stand for.
  private mutating func elements(
    of range: Syntax, pairs: Bool
  ) throws(ExpressionError) -> (first: ValueType, second: ValueType) {
    switch known(range) {
    case .list(let element): return pairs ? (.int, element) : (element, .dyn)
    case .map(let key, let value): return (key, value)
    case .dyn, .parameter: return (.dyn, .dyn)
    case let type:
      let type = try mistake(noRange(range, type))
      return (type, type)
    }
  }

  mutating func type(of macro: Syntax.Comprehension, _ parts: [Syntax]) throws(ExpressionError) -> ValueType {
    if macro.condition != nil { try expectBool(parts[1], of: "the condition of a macro") }
    guard macro.transform != nil, let transform = parts.last else { return .bool }
    switch macro.kind {
    case .all, .exists, .existsOne: return .bool
    case .list: return .list(type(transform))
    case .mapValues:
      return .map(try elements(of: parts[0], pairs: true).first, type(transform))
    case .mapEntries:
      let (key, value) = (unifier.fresh(), unifier.fresh())
      if unifier.unify(.map(key, value), type(transform)) { return .map(key, value) }
      return try mistake(noEntries(transform))
    }
  }

  // MARK: Blocks

  mutating func prepareBlock(_ syntax: Syntax, _ done: [Syntax]) throws(ExpressionError) {
    if let last = done.last {
      let type = type(last)
      slots?.append(type)
    } else if slots != nil || !scopes.isEmpty {
      throw ExpressionError(
        "cel.block() stands around a whole expression, not within a macro or another block", at: syntax.span)
    } else {
      slots = []
    }
  }

  func slotType(_ number: Int, at span: Span) throws(ExpressionError) -> ValueType {
    guard let slots else { throw ExpressionError("cel.index() stands within cel.block() only", at: span) }
    guard number < slots.count else {
      throw ExpressionError("cel.index(\(number)) comes after its own place: \(slots.count) values are known here", at: span)
    }
    return slots[number]
  }
}
