/// Finds the types that parameters of signatures stand for.
///
/// Parameters are bound to the most general of the types that they meet. Work and depth are bounded: types with parameters in
/// them can grow exponentially.
struct Unifier {
  private var bindings: [String: ValueType] = [:]
  /// What was bound before, to go back.
  private var trail: [(name: String, before: ValueType?)] = []
  private var freshCount = 0
  private var steps = 0
  private var depth = 0
  /// True as soon as a bound was met: nothing that was found is of any worth then.
  private(set) var isExhausted = false
  /// Numbers of all types agree, and null with everything.
  var isLoose = false

  static let mostSteps = 2_000_000
  static let mostDepth = 300

  mutating func fresh() -> ValueType {
    freshCount += 1
    return .parameter("\(freshCount)")
  }

  /// A signature whose parameters are no other signature's.
  mutating func instance(of overload: Overload) -> Overload {
    var names: [String: ValueType] = [:]
    return Overload(
      overload.parameters.map { renamed($0, &names) }, result: renamed(overload.result, &names), isMethod: overload.isMethod)
  }

  private mutating func renamed(_ type: ValueType, _ names: inout [String: ValueType]) -> ValueType {
    switch type {
    case .parameter(let name):
      if let known = names[name] { return known }
      let new = fresh()
      names[name] = new
      return new
    case .list(let element): return .list(renamed(element, &names))
    case .map(let key, let value): return .map(renamed(key, &names), renamed(value, &names))
    case .optional(let value): return .optional(renamed(value, &names))
    case .type(let value): return .type(renamed(value, &names))
    case .opaque(let name, let parts): return .opaque(name, parts.map { renamed($0, &names) })
    default: return type
    }
  }

  // MARK: Going back

  var mark: Int { trail.count }

  mutating func rollBack(to mark: Int) {
    while trail.count > mark {
      let (name, before) = trail.removeLast()
      bindings[name] = before
    }
  }

  private mutating func set(_ name: String, _ type: ValueType) {
    trail.append((name, bindings[name]))
    bindings[name] = type
  }

  // MARK: Unifying

  /// Makes two types agree; nothing is bound when they cannot.
  mutating func unify(_ one: ValueType, _ other: ValueType) -> Bool {
    let mark = mark
    if agree(one, other) { return true }
    rollBack(to: mark)
    return false
  }

  mutating func unify(_ ones: [ValueType], _ others: [ValueType]) -> Bool {
    guard ones.count == others.count else { return false }
    let mark = mark
    for (one, other) in zip(ones, others) where !agree(one, other) {
      rollBack(to: mark)
      return false
    }
    return true
  }

  private mutating func agree(_ one: ValueType, _ other: ValueType) -> Bool {
    guard enter() else { return false }
    defer { depth -= 1 }
    switch (one, other) {
    case (.parameter(let name), .parameter(let same)) where name == same: return true
    case (_, .parameter(let name)): return bind(name, one)
    case (.parameter(let name), _): return bind(name, other)
    case (.dyn, let type), (let type, .dyn):
      absorb(type)
      return true
    case (.list(let a), .list(let b)), (.optional(let a), .optional(let b)): return agree(a, b)
    case (.map(let key, let value), .map(let otherKey, let otherValue)): return agree(key, otherKey) && agree(value, otherValue)
    // Types are compared at run time, whatever they are the types of.
    case (.type, .type): return true
    case (.opaque(let name, let parts), .opaque(let otherName, let otherParts)):
      guard name == otherName, parts.count == otherParts.count else { return false }
      for (part, otherPart) in zip(parts, otherParts) where !agree(part, otherPart) { return false }
      return true
    case (.null, let type), (let type, .null): return isLoose || type.takesNull
    case (let a, let b): return a == b || (isLoose && a.isNumber && b.isNumber)
    }
  }

  /// What meets dyn may be made of anything: parameters in it that are still free are dyn.
  private mutating func absorb(_ type: ValueType) {
    guard enter() else { return }
    defer { depth -= 1 }
    switch type {
    case .parameter(let name):
      if let bound = bindings[name] { absorb(bound) } else { set(name, .dyn) }
    case .list(let part), .optional(let part), .type(let part): absorb(part)
    case .map(let key, let value):
      absorb(key)
      absorb(value)
    case .opaque(_, let parts): for part in parts { absorb(part) }
    default: break
    }
  }

  private mutating func bind(_ name: String, _ type: ValueType) -> Bool {
    if case .parameter(name) = root(type) { return true }
    guard let bound = bindings[name] else {
      if occurs(name, in: type) { return false }
      set(name, type)
      return true
    }
    guard agree(bound, type) else { return false }
    let joined = join(bound, type)
    if joined != bound, !occurs(name, in: joined) { set(name, joined) }
    return true
  }

  /// What a parameter is bound to, as far as that is another parameter.
  private func root(_ type: ValueType) -> ValueType {
    var type = type
    while case .parameter(let name) = type, let bound = bindings[name] { type = bound }
    return type
  }

  private mutating func occurs(_ name: String, in type: ValueType) -> Bool {
    guard enter() else { return true }
    defer { depth -= 1 }
    switch type {
    case .parameter(name): return true
    case .parameter(let other): return bindings[other].map { occurs(name, in: $0) } ?? false
    case .list(let part), .optional(let part), .type(let part): return occurs(name, in: part)
    case .map(let key, let value): return occurs(name, in: key) || occurs(name, in: value)
    case .opaque(_, let parts):
      for part in parts where occurs(name, in: part) { return true }
      return false
    default: return false
    }
  }

  /// The most general of two types that agree.
  mutating func join(_ one: ValueType, _ other: ValueType) -> ValueType {
    guard enter() else { return .dyn }
    defer { depth -= 1 }
    switch (one, other) {
    case (.dyn, _), (_, .dyn): return .dyn
    case (.parameter, _): return one
    case (_, .parameter): return other
    case (.list(let a), .list(let b)): return .list(join(a, b))
    case (.optional(let a), .optional(let b)): return .optional(join(a, b))
    case (.map(let key, let value), .map(let otherKey, let otherValue)):
      return .map(join(key, otherKey), join(value, otherValue))
    case (.type(let a), .type(let b)): return a == b ? one : .type(.dyn)
    case (.opaque(let name, let parts), .opaque(_, let otherParts)):
      var joined: [ValueType] = []
      for (part, otherPart) in zip(parts, otherParts) { joined.append(join(part, otherPart)) }
      return .opaque(name, joined)
    case (.null, let type) where type.takesNull: return other
    case (let type, .null) where type.takesNull: return one
    default: return one == other ? one : .dyn
    }
  }

  /// A type without the parameters that are bound; those that are not become dyn if so asked.
  mutating func resolved(_ type: ValueType, freeAsDyn: Bool = false) -> ValueType {
    guard enter() else { return .dyn }
    defer { depth -= 1 }
    switch type {
    case .parameter(let name):
      if let bound = bindings[name] { return resolved(bound, freeAsDyn: freeAsDyn) }
      return freeAsDyn ? .dyn : type
    case .list(let element): return .list(resolved(element, freeAsDyn: freeAsDyn))
    case .map(let key, let value):
      return .map(resolved(key, freeAsDyn: freeAsDyn), resolved(value, freeAsDyn: freeAsDyn))
    case .optional(let value): return .optional(resolved(value, freeAsDyn: freeAsDyn))
    case .type(let value): return .type(resolved(value, freeAsDyn: freeAsDyn))
    case .opaque(let name, let parts):
      var resolvedParts: [ValueType] = []
      for part in parts { resolvedParts.append(resolved(part, freeAsDyn: freeAsDyn)) }
      return .opaque(name, resolvedParts)
    default: return type
    }
  }

  /// Counts one step and one level; false beyond the bounds.
  private mutating func enter() -> Bool {
    steps += 1
    if steps > Self.mostSteps || depth >= Self.mostDepth { isExhausted = true }
    if isExhausted { return false }
    depth += 1
    return true
  }
}

extension ValueType {
  /// Types whose variables may be null, as the checkers of the language have always had it.
  fileprivate var takesNull: Bool {
    switch self {
    case .null, .timestamp, .duration, .optional, .opaque: true
    default: false
    }
  }
}
