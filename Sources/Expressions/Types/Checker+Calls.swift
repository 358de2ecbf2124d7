extension Checker {
  mutating func checkCall(
    _ syntax: Syntax, _ name: String, _ target: Syntax?, _ arguments: [Syntax]
  ) throws(ExpressionError) -> Syntax {
    var name = name
    var target = target
    if let receiver = target, let prefix = qualifiedName(receiver) {
      if let function = function("\(prefix).\(name)") {
        name = function
        target = nil
      } else if isNamespaceOnly(prefix) {
        throw undeclaredFunction("\(prefix).\(name)", at: syntax.span)
      }
    } else if target == nil {
      name = function(name) ?? (name.hasPrefix(".") ? String(name.dropFirst()) : name)
    }
    if let receiver = target { target = try check(receiver) }
    var checked: [Syntax] = []
    checked.reserveCapacity(arguments.count)
    for argument in arguments { checked.append(try check(argument)) }
    let result = try resultType(syntax, name, target, checked)
    return made(syntax, .call(name, target: target, checked), result)
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

  private mutating func resultType(
    _ syntax: Syntax, _ name: String, _ target: Syntax?, _ arguments: [Syntax]
  ) throws(ExpressionError) -> ValueType {
    let overloads = overloads(name)
    if overloads.isEmpty {
      return try mistake(undeclaredFunction(name, target: target, arguments, at: syntax.span))
    }
    let operands = target.map { [$0] + arguments } ?? arguments
    let types = operands.map { type($0) }
    if name == "math.greatest" || name == "math.least", target == nil, let type = extreme(types) { return type }
    unifier.isLoose =
      !environment.isStrict && (name == Operators.equal || name == Operators.notEqual || name == Operators.isIn)
    defer { unifier.isLoose = false }
    var found: [Overload] = []
    for overload in overloads where overload.isMethod == (target != nil) && overload.parameters.count == types.count {
      let overload = overload.hasParameters ? unifier.instance(of: overload) : overload
      let mark = unifier.mark
      guard unifier.unify(overload.parameters, types) else { continue }
      unifier.rollBack(to: mark)
      found.append(overload)
    }
    switch found.count {
    case 0: return try mistake(noOverload(syntax, name, target, arguments))
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
