extension Checker {
  mutating func checkComprehension(_ syntax: Syntax, _ macro: Syntax.Comprehension) throws(ExpressionError) -> Syntax {
    var macro = macro
    macro.range = try check(macro.range)
    let (first, second) = try elements(of: macro.range, pairs: macro.second != nil)
    let given = macro
    macro = try withVariable(macro.first, first) { (checker) throws(ExpressionError) in
      guard let name = given.second else { return try checker.checkBody(given) }
      return try checker.withVariable(name, second) { (checker) throws(ExpressionError) in try checker.checkBody(given) }
    }
    return made(syntax, .comprehension(macro), try result(of: macro, key: first))
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

  private mutating func checkBody(_ macro: Syntax.Comprehension) throws(ExpressionError) -> Syntax.Comprehension {
    var macro = macro
    if let condition = macro.condition {
      let condition = try check(condition)
      try expectBool(condition, of: "the condition of a macro")
      macro.condition = condition
    }
    if let transform = macro.transform { macro.transform = try check(transform) }
    return macro
  }

  private mutating func result(of macro: Syntax.Comprehension, key: ValueType) throws(ExpressionError) -> ValueType {
    guard let transform = macro.transform else { return .bool }
    switch macro.kind {
    case .all, .exists, .existsOne: return .bool
    case .list: return .list(type(transform))
    case .mapValues: return .map(key, type(transform))
    case .mapEntries:
      let (key, value) = (unifier.fresh(), unifier.fresh())
      if unifier.unify(.map(key, value), type(transform)) { return .map(key, value) }
      return try mistake(noEntries(transform))
    }
  }

  mutating func checkBind(
    _ syntax: Syntax, _ name: String, _ value: Syntax, _ body: Syntax
  ) throws(ExpressionError) -> Syntax {
    let value = try check(value)
    let body = try withVariable(name, type(value)) { (checker) throws(ExpressionError) in try checker.check(body) }
    return made(syntax, .bind(name, value: value, body: body), type(body))
  }

  mutating func checkOptionalMap(
    _ syntax: Syntax, _ target: Syntax, _ name: String, _ body: Syntax, _ flat: Bool
  ) throws(ExpressionError) -> Syntax {
    let macro = flat ? "optFlatMap()" : "optMap()"
    let target = try check(target)
    let value = try unwrapped(target, of: macro)
    let body = try withVariable(name, value) { (checker) throws(ExpressionError) in try checker.check(body) }
    let result = flat ? try unwrapped(body, of: "what \(macro) makes") : type(body)
    return made(syntax, .optionalMap(target, name: name, body: body, flat: flat), .optional(result))
  }
}
