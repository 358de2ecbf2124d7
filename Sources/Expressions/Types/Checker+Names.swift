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

  /// The node of a name, or of selections that are one qualified name; nil of any other.
  @inline(never)
  mutating func named(_ syntax: Syntax) throws(ExpressionError) -> Syntax? {
    switch syntax.form {
    case .name(let name):
      if let type = local(name) { return made(syntax, syntax.form, type) }
      if let meaning = meaning(of: name) { return resolve(syntax, meaning) }
      guard environment.isGradual, !name.hasPrefix("@") else { throw undeclared(name, at: syntax.span) }
      return resolve(syntax, .variable(bare(name), .dyn))
    case .select(_, _, optional: false):
      guard let name = qualifiedName(syntax) else { return nil }
      if let meaning = meaning(of: name) { return resolve(syntax, meaning) }
      if isUnknownMember(name) { throw undeclared(name, at: syntax.span) }
      return nil
    case .has(let operand, let field):
      guard let prefix = qualifiedName(operand), case .variable(let name, let type)? = meaning(of: "\(prefix).\(field)")
      else { return nil }
      return present(syntax, name, type)
    case .present(let name):
      if local(name) != nil { throw alwaysPresent("'\(name)' is the variable of a macro", at: syntax.span) }
      switch meaning(of: name) {
      case .variable(let name, let type): return present(syntax, name, type)
      case .type: throw alwaysPresent("'\(name)' is a type", at: syntax.span)
      case nil:
        guard environment.isGradual else { throw undeclared(name, at: syntax.span) }
        return present(syntax, bare(name), .dyn)
      }
    default: return nil
    }
  }

  /// True of `event.tiem` where variables begin with `event.`, but there is none named `event`.
  private func isUnknownMember(_ name: String) -> Bool {
    guard let dot = name.dropFirst().firstIndex(of: "."), !environment.isStrict else { return false }
    let root = bare(String(name[..<dot]))
    return meaning(of: root) == nil && environment.variables.keys.contains { $0.hasPrefix(root + ".") }
      && !environment.variables.keys.contains { name.hasPrefix($0 + ".") }
  }

  private mutating func present(_ syntax: Syntax, _ name: String, _ type: ValueType) -> Syntax {
    use(name, type, at: syntax.span)
    return made(syntax, .present(local(name) == nil ? name : "." + name), .bool)
  }

  private func bare(_ name: String) -> String { name.hasPrefix(".") ? String(name.dropFirst()) : name }

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
}
