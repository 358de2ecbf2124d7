extension Checker {
  /// A call with the full name of its function, and without target if that was a namespace; any other node as it is.
  @inline(never)
  func withFunction(_ syntax: Syntax) throws(ExpressionError) -> Syntax {
    guard case .call(let name, let target, let arguments) = syntax.form else { return syntax }
    let function: String
    if let target {
      let prefix = qualifiedName(target) ?? "."
      if let found = self.function("\(prefix).\(name)") {
        function = found
      } else if isNamespaceOnly(prefix) {
        throw undeclaredFunction("\(prefix).\(name)", at: syntax.span)
      } else {
        if environment.isChecked, Slips.macros[name] != nil, overloads(name).isEmpty {
          throw undeclaredFunction(name, isMethod: true, at: syntax.span)
        }
        return syntax
      }
    } else {
      function = self.function(name) ?? (name.hasPrefix(".") ? String(name.dropFirst()) : name)
    }
    if environment.isChecked, overloads(function).isEmpty { throw undeclaredFunction(function, at: syntax.span) }
    return Syntax(.call(function, target: nil, arguments), span: syntax.span, id: syntax.id)
  }

  /// The full name of a function; nil when there is none.
  private func function(_ name: String) -> String? {
    candidates(name).first { environment.functions[$0] != nil || Declarations.functions[$0] != nil }
  }

  /// True of the namespace of an extension that is no variable.
  private func isNamespaceOnly(_ prefix: String) -> Bool {
    guard Declarations.namespaces.contains(prefix) else { return false }
    return !candidates(prefix).contains { environment.variables[$0] != nil }
  }

  /// All forms of a function.
  func overloads(_ name: String) -> [Overload] {
    var overloads = Declarations.functions[name] ?? []
    if !environment.isStrict, let more = Declarations.widening[name] { overloads += more }
    if let more = environment.functions[name] { overloads += more }
    return overloads
  }

  /// What a function gives for its operands, the target first.
  mutating func resultType(
    _ syntax: Syntax, _ name: String, isMethod: Bool, _ operands: [Syntax]
  ) throws(ExpressionError) -> ValueType {
    let overloads = overloads(name)
    if overloads.isEmpty {
      return try mistake(undeclaredFunction(name, isMethod: isMethod, at: syntax.span))
    }
    let types = operands.map { type($0) }
    if name == "math.greatest" || name == "math.least", !isMethod, let type = extreme(types) { return type }
    unifier.isLoose =
      !environment.isStrict && (name == Operators.equal || name == Operators.notEqual || name == Operators.isIn)
    defer { unifier.isLoose = false }
    var found: [Overload] = []
    for overload in overloads where overload.isMethod == isMethod && overload.parameters.count == types.count {
      let overload = overload.hasParameters ? unifier.instance(of: overload) : overload
      let mark = unifier.mark
      guard unifier.unify(overload.parameters, types) else { continue }
      unifier.rollBack(to: mark)
      found.append(overload)
    }
    switch found.count {
    case 0: return try mistake(noOverload(syntax, name, isMethod: isMethod, operands))
    case 1:
      _ = unifier.unify(found[0].parameters, types)
      return found[0].result
    // A part is dyn, and run time tells which form it is.
    default: return found.allSatisfy { $0.result == found[0].result } ? found[0].result : .dyn
    }
  }

  /// The type of the greatest of numbers; nil of what is none, or of a single list.
  private mutating func extreme(_ types: [ValueType]) -> ValueType? {
    let types = types.map { unifier.resolved($0, freeAsDyn: true) }
    guard let first = types.first, types.allSatisfy({ $0.isNumber || $0 == .dyn }) else { return nil }
    if types.count == 1, first == .dyn { return .dyn }
    return types.allSatisfy { $0 == first } ? first : .dyn
  }
}

extension Overload {
  fileprivate var hasParameters: Bool { parameters.contains(where: \.hasParameters) || result.hasParameters }
}

extension ValueType {
  fileprivate var hasParameters: Bool {
    switch self {
    case .parameter: true
    case .list(let part), .optional(let part), .type(let part): part.hasParameters
    case .map(let key, let value): key.hasParameters || value.hasParameters
    case .opaque(_, let parts): parts.contains(where: \.hasParameters)
    default: false
    }
  }
}
