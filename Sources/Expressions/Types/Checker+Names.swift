extension Checker {
  /// What a name may stand for.
  private enum Meaning {
    case variable(String, ValueType)
    case type(TypeName, ValueType)
  }

  /// The names under which a name is looked up, in this order; a leading dot allows one only.
  func candidates(_ name: String) -> [String] {
    if name.hasPrefix(".") { return [String(name.dropFirst())] }
    var names: [String] = []
    var container = environment.container[...]
    while !container.isEmpty {
      names.append("\(container).\(name)")
      container = container.lastIndex(of: ".").map { container[..<$0] } ?? ""
    }
    return names + [name]
  }

  private func meaning(of name: String) -> Meaning? {
    for candidate in candidates(name) {
      if let type = environment.variables[candidate] { return .variable(candidate, type) }
      // Events often have a field `type`; where fields are not declared, the name is that of the field.
      let isField = candidate == "type" && environment.isGradual && !environment.isStrict
      if !isField, let type = Declarations.types[candidate] { return .type(type.name, type.type) }
    }
    return nil
  }

  func local(_ name: String) -> ValueType? { scopes.last { $0.name == name }?.type }

  private mutating func resolve(_ syntax: Syntax, _ meaning: Meaning) -> Syntax {
    switch meaning {
    case .variable(let name, let type):
      use(name, type, at: syntax.span)
      return made(syntax, .name(local(name) == nil ? name : "." + name), type)
    case .type(let name, let type):
      typeNames[syntax.id] = name
      return made(syntax, .name(name.rawValue), type)
    }
  }

  mutating func checkName(_ syntax: Syntax, _ name: String) throws(ExpressionError) -> Syntax {
    if let type = local(name) { return made(syntax, syntax.form, type) }
    if let meaning = meaning(of: name) { return resolve(syntax, meaning) }
    guard environment.isGradual, !name.hasPrefix("@") else { throw undeclared(name, at: syntax.span) }
    return resolve(syntax, .variable(name.hasPrefix(".") ? String(name.dropFirst()) : name, .dyn))
  }

  /// The text of a chain of selections that may be one name; nil when it begins with a variable of a macro, or is none.
  func qualifiedName(_ syntax: Syntax) -> String? {
    var parts: [String] = []
    var syntax = syntax
    while case .select(let operand, let field, optional: false) = syntax.form {
      parts.append(field)
      syntax = operand
    }
    guard case .name(let first) = syntax.form, local(first) == nil else { return nil }
    return parts.isEmpty ? first : first + "." + parts.reversed().joined(separator: ".")
  }

  mutating func checkSelect(
    _ syntax: Syntax, _ operand: Syntax, _ field: String, _ optional: Bool
  ) throws(ExpressionError) -> Syntax {
    if !optional, let name = qualifiedName(syntax), let meaning = meaning(of: name) { return resolve(syntax, meaning) }
    let operand = try check(operand)
    var type = try fieldType(of: operand, field, at: syntax.span)
    if optional, !type.isOptional { type = .optional(type) }
    return made(syntax, .select(operand, field: field, optional: optional), type)
  }

  mutating func checkHas(_ syntax: Syntax, _ operand: Syntax, _ field: String) throws(ExpressionError) -> Syntax {
    if let prefix = qualifiedName(operand), case .variable(let name, let type)? = meaning(of: "\(prefix).\(field)") {
      use(name, type, at: syntax.span)
      return made(syntax, .present(name), .bool)
    }
    let operand = try check(operand)
    _ = try fieldType(of: operand, field, at: syntax.span)
    return made(syntax, .has(operand, field: field), .bool)
  }

  mutating func checkPresent(_ syntax: Syntax, _ name: String) throws(ExpressionError) -> Syntax {
    if local(name) != nil {
      throw ExpressionError("'\(name)' is the variable of a macro and is always there", at: syntax.span)
    }
    switch meaning(of: name) {
    case .variable(let name, let type):
      use(name, type, at: syntax.span)
      return made(syntax, .present(name), .bool)
    case .type: throw ExpressionError("'\(name)' is a type and is always there", at: syntax.span)
    case nil:
      guard environment.isGradual else { throw undeclared(name, at: syntax.span) }
      let name = name.hasPrefix(".") ? String(name.dropFirst()) : name
      use(name, .dyn, at: syntax.span)
      return made(syntax, .present(name), .bool)
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

  mutating func checkIndex(
    _ syntax: Syntax, _ operand: Syntax, _ index: Syntax, _ optional: Bool
  ) throws(ExpressionError) -> Syntax {
    let operand = try check(operand)
    let index = try check(index)
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
    if isOptional { element = .optional(element) }
    return made(syntax, .index(operand, index, optional: optional), element)
  }
}

extension ValueType {
  var isOptional: Bool {
    if case .optional = self { true } else { false }
  }
}
