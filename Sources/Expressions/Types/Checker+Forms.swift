extension Checker {
  /// The type of a node over its parts, which have theirs.
  mutating func type(of syntax: Syntax, _ parts: [Syntax]) throws(ExpressionError) -> ValueType {
    switch syntax.form {
    case .literal(let value): return value.staticType
    case .name, .present: return type(syntax)
    case .select(_, let field, let optional):
      let type = try fieldType(of: parts[0], field, at: syntax.span)
      return optional && !type.isOptional ? .optional(type) : type
    case .has(_, let field):
      _ = try fieldType(of: parts[0], field, at: syntax.span)
      return .bool
    case .index(_, _, let optional): return try elementType(syntax, parts[0], parts[1], optional)
    case .call(let name, let target, _): return try resultType(syntax, name, isMethod: target != nil, parts)
    case .chain(_, let links): return try chainType(links, parts)
    case .and, .or:
      let isAnd = if case .and = syntax.form { true } else { false }
      for part in parts { try expectBool(part, of: isAnd ? "'&&'" : "'||'") }
      return .bool
    case .conditional: return try conditionalType(parts)
    case .list(let elements): return try listType(elements, parts)
    case .map(let entries): return try mapType(entries, parts)
    case .message(let name, _): throw noMessages(name, at: syntax.span)
    case .comprehension(let macro): return try type(of: macro, parts)
    case .bind, .block: return type(parts[parts.count - 1])
    case .slot(let number): return try slotType(number, at: syntax.span)
    case .optionalMap(_, _, _, let flat):
      return .optional(flat ? try unwrapped(parts[1], of: "what optFlatMap() makes") : type(parts[1]))
    }
  }

  /// The type of a field of what maps, and optionals of maps, hold.
  private mutating func fieldType(of operand: Syntax, _ field: String, at span: Span) throws(ExpressionError) -> ValueType {
    switch known(operand) {
    case .map(_, let value): return value
    case .optional(.map(_, let value)): return value.isOptional ? value : .optional(value)
    case .optional(.dyn), .optional(.parameter): return .optional(.dyn)
    case .dyn, .parameter: return .dyn
    case let type: return try mistake(noFields(operand, type, field, at: span))
    }
  }

  private mutating func elementType(
    _ syntax: Syntax, _ operand: Syntax, _ index: Syntax, _ optional: Bool
  ) throws(ExpressionError) -> ValueType {
    var type = known(operand)
    let isOptional = optional || type.isOptional
    if case .optional(let value) = type { type = value }
    unifier.isLoose = !environment.isStrict
    defer { unifier.isLoose = false }
    var element: ValueType
    switch type {
    case .list(let value):
      element = value
      if !unifier.unify(.int, self.type(index)) { element = try mistake(noIndex(operand, index, .int)) }
    case .map(let key, let value):
      element = value
      if !unifier.unify(key, self.type(index)) { element = try mistake(noIndex(operand, index, key)) }
    case .dyn, .parameter: element = .dyn
    case let type: element = try mistake(nothingToIndex(operand, type, at: syntax.span))
    }
    return isOptional ? .optional(element) : element
  }

  /// Each operator over what stands before it.
  private mutating func chainType(_ links: [Syntax.Link], _ parts: [Syntax]) throws(ExpressionError) -> ValueType {
    var left = parts[0]
    for (link, operand) in zip(links, parts.dropFirst()) {
      // Stands for all up to here, whose text its span covers.
      let step = Syntax(.name(""), span: parts[0].span.to(operand.span), id: link.id)
      types[Int(link.id)] = try resultType(step, link.function, isMethod: false, [left, operand])
      left = step
    }
    return type(left)
  }

  private mutating func conditionalType(_ parts: [Syntax]) throws(ExpressionError) -> ValueType {
    try expectBool(parts[0], of: "the condition of '?'")
    let (yes, no) = (type(parts[1]), type(parts[2]))
    unifier.isLoose = !environment.isStrict
    defer { unifier.isLoose = false }
    if unifier.unify(yes, no) { return unifier.join(yes, no) }
    return try mistake(branches(parts[1], parts[2]))
  }

  private mutating func listType(_ elements: [Syntax.Element], _ parts: [Syntax]) throws(ExpressionError) -> ValueType {
    var joined: ValueType?
    for (element, part) in zip(elements, parts) {
      let type = element.optional ? try unwrapped(part, of: "'?' in a list") : type(part)
      joined = joined.map { join($0, type) } ?? type
    }
    return .list(joined ?? unifier.fresh())
  }

  private mutating func mapType(_ entries: [Syntax.Entry], _ parts: [Syntax]) throws(ExpressionError) -> ValueType {
    var joinedKey: ValueType?
    var joinedValue: ValueType?
    for (index, entry) in entries.enumerated() {
      let (key, value) = (parts[2 * index], parts[2 * index + 1])
      var keyType = known(key)
      switch keyType {
      case .bool, .int, .uint, .string, .dyn: break
      case .parameter: keyType = .dyn
      default: keyType = try mistake(noKey(key, keyType))
      }
      let valueType = entry.optional ? try unwrapped(value, of: "'?' in a map") : type(value)
      joinedKey = joinedKey.map { join($0, keyType) } ?? keyType
      joinedValue = joinedValue.map { join($0, valueType) } ?? valueType
    }
    return .map(joinedKey ?? unifier.fresh(), joinedValue ?? unifier.fresh())
  }

  /// The type of things of two types in one list: what they agree on, or dyn.
  private mutating func join(_ one: ValueType, _ other: ValueType) -> ValueType {
    unifier.unify(one, other) ? unifier.join(one, other) : .dyn
  }

  /// The type of the value of an optional.
  mutating func unwrapped(_ syntax: Syntax, of place: String) throws(ExpressionError) -> ValueType {
    let value = unifier.fresh()
    if unifier.unify(.optional(value), type(syntax)) { return value }
    return try mistake(noOptional(syntax, place))
  }

  mutating func expectBool(_ syntax: Syntax, of place: String) throws(ExpressionError) {
    if !unifier.unify(.bool, type(syntax)) { _ = try mistake(noBool(syntax, place)) }
  }
}

extension ValueType {
  var isOptional: Bool {
    if case .optional = self { true } else { false }
  }
}
