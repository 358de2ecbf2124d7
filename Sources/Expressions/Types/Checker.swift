/// Looks up the names of an expression and finds its types.
///
/// A walk of the tree from the leaves up, which gives the tree anew with its names resolved. Types are found as those of
/// github.com/google/cel-spec are; where a part is dyn, all that it may be is allowed.
struct Checker {
  let environment: Environment
  let text: [UInt8]
  var unifier = Unifier()
  /// By the ids of nodes.
  var types: [ValueType]
  var typeNames: [Int32: TypeName] = [:]
  private(set) var variables: [Variable] = []
  private var places: [String: Int] = [:]
  /// The variables of macros, the innermost last.
  var scopes: [(name: String, type: ValueType)] = []
  /// The types of the values of `cel.block` that may be used here; nil outside of one.
  var slots: [ValueType]?

  init(_ environment: Environment, text: [UInt8], nodes: Int) {
    self.environment = environment
    self.text = text
    types = Array(repeating: .dyn, count: nodes)
  }

  /// The types of all nodes, without parameters.
  mutating func finish(_ span: Span) throws(ExpressionError) -> [ValueType] {
    for index in types.indices { types[index] = unifier.resolved(types[index], freeAsDyn: true) }
    if unifier.isExhausted { throw ExpressionError("the types of this expression are too large to check", at: span) }
    return types
  }

  /// What is not `isChecked` has no wrong types: they are dyn.
  func mistake(_ error: @autoclosure () -> ExpressionError) throws(ExpressionError) -> ValueType {
    if environment.isChecked { throw error() }
    return .dyn
  }

  // MARK: What every form needs

  func type(_ syntax: Syntax) -> ValueType { types[Int(syntax.id)] }

  /// The type as far as it is known now.
  mutating func known(_ syntax: Syntax) -> ValueType {
    let type = types[Int(syntax.id)]
    if case .parameter = type { return unifier.resolved(type) }
    return type
  }

  /// A node like another, of that form and type.
  mutating func made(_ syntax: Syntax, _ form: Syntax.Form, _ type: ValueType) -> Syntax {
    types[Int(syntax.id)] = type
    return Syntax(form, span: syntax.span, id: syntax.id)
  }

  /// Remembers that a variable is used.
  mutating func use(_ name: String, _ type: ValueType, at span: Span) {
    if places[name] != nil { return }
    places[name] = variables.count
    variables.append(Variable(name: name, type: type, span: span))
  }

  // MARK: The walk

  /// A node and all below it.
  ///
  /// This function alone calls itself, so that it is all that the depth of a tree costs of the stack.
  mutating func check(_ syntax: Syntax) throws(ExpressionError) -> Syntax {
    if let named = try named(syntax) { return named }
    let syntax = try withFunction(syntax)
    let parts = syntax.parts
    let scopeCount = scopes.count
    var done: [Syntax] = []
    done.reserveCapacity(parts.count)
    for part in parts {
      try prepare(syntax, done)
      done.append(try check(part))
    }
    leave(syntax, scopeCount)
    return try checked(syntax, done)
  }

  /// Puts into scope what the next part of a node may use.
  @inline(never)
  private mutating func prepare(_ syntax: Syntax, _ done: [Syntax]) throws(ExpressionError) {
    switch syntax.form {
    case .comprehension(let macro) where done.count == 1: try enter(macro, over: done[0])
    case .bind(let name, _, _) where done.count == 1: scopes.append((name, type(done[0])))
    case .optionalMap(_, let name, _, let flat) where done.count == 1:
      scopes.append((name, try unwrapped(done[0], of: flat ? "optFlatMap()" : "optMap()")))
    case .block: try prepareBlock(syntax, done)
    default: break
    }
  }

  @inline(never)
  private mutating func leave(_ syntax: Syntax, _ scopeCount: Int) {
    scopes.removeSubrange(scopeCount...)
    if case .block = syntax.form { slots = nil }
  }

  /// The node over parts that were checked, with its type.
  @inline(never)
  private mutating func checked(_ syntax: Syntax, _ parts: [Syntax]) throws(ExpressionError) -> Syntax {
    let type = try type(of: syntax, parts)
    types[Int(syntax.id)] = type
    return parts.isEmpty ? syntax : Syntax(syntax.form(with: parts), span: syntax.span, id: syntax.id)
  }
}
