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
  private(set) var scopes: [(name: String, type: ValueType)] = []
  /// The values of `cel.block` that may be used here; nil outside of one.
  private var slots: [ValueType]?

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

  mutating func withVariable<Result>(
    _ name: String, _ type: ValueType, _ body: (inout Checker) throws(ExpressionError) -> Result
  ) throws(ExpressionError) -> Result {
    scopes.append((name, type))
    defer { scopes.removeLast() }
    return try body(&self)
  }

  /// Remembers that a variable is used.
  mutating func use(_ name: String, _ type: ValueType, at span: Span) {
    if places[name] != nil { return }
    places[name] = variables.count
    variables.append(Variable(name: name, type: type, span: span))
  }

  // MARK: Forms

  mutating func check(_ syntax: Syntax) throws(ExpressionError) -> Syntax {
    switch syntax.form {
    case .literal(let value): return made(syntax, syntax.form, Self.type(of: value))
    case .name(let name): return try checkName(syntax, name)
    case .select(let operand, let field, let optional): return try checkSelect(syntax, operand, field, optional)
    case .has(let operand, let field): return try checkHas(syntax, operand, field)
    case .present(let name): return try checkPresent(syntax, name)
    case .index(let operand, let index, let optional): return try checkIndex(syntax, operand, index, optional)
    case .call(let name, let target, let arguments): return try checkCall(syntax, name, target, arguments)
    case .and(let left, let right): return try checkLogic(syntax, left, right, isAnd: true)
    case .or(let left, let right): return try checkLogic(syntax, left, right, isAnd: false)
    case .conditional(let condition, let yes, let no): return try checkConditional(syntax, condition, yes, no)
    case .list(let elements): return try checkList(syntax, elements)
    case .map(let entries): return try checkMap(syntax, entries)
    case .message(let name, _): throw noMessages(name, at: syntax.span)
    case .comprehension(let macro): return try checkComprehension(syntax, macro)
    case .bind(let name, let value, let body): return try checkBind(syntax, name, value, body)
    case .block(let values, let body): return try checkBlock(syntax, values, body)
    case .slot(let number): return try checkSlot(syntax, number)
    case .optionalMap(let target, let name, let body, let flat):
      return try checkOptionalMap(syntax, target, name, body, flat)
    }
  }

  private static func type(of value: Value) -> ValueType {
    switch value {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    default: .dyn
    }
  }

  private mutating func checkLogic(
    _ syntax: Syntax, _ left: Syntax, _ right: Syntax, isAnd: Bool
  ) throws(ExpressionError) -> Syntax {
    let one = try check(left)
    let other = try check(right)
    let name = isAnd ? "'&&'" : "'||'"
    try expectBool(one, of: name)
    try expectBool(other, of: name)
    return made(syntax, isAnd ? .and(one, other) : .or(one, other), .bool)
  }

  func noMessages(_ name: String, at span: Span) -> ExpressionError {
    ExpressionError("there are no messages here, and so no '\(name){…}'; a map is written {'field': value}", at: span)
  }

  private mutating func checkConditional(
    _ syntax: Syntax, _ condition: Syntax, _ yes: Syntax, _ no: Syntax
  ) throws(ExpressionError) -> Syntax {
    let condition = try check(condition)
    try expectBool(condition, of: "the condition of '?'")
    let yes = try check(yes)
    let no = try check(no)
    let (one, other) = (type(yes), type(no))
    let result: ValueType
    unifier.isLoose = !environment.isStrict
    if unifier.unify(one, other) {
      result = unifier.join(one, other)
    } else {
      result = try mistake(branches(yes, no))
    }
    unifier.isLoose = false
    return made(syntax, .conditional(condition, yes, no), result)
  }

  private mutating func checkList(_ syntax: Syntax, _ elements: [Syntax.Element]) throws(ExpressionError) -> Syntax {
    var joined: ValueType?
    var checked: [Syntax.Element] = []
    checked.reserveCapacity(elements.count)
    for element in elements {
      let value = try check(element.value)
      let type = element.optional ? try unwrapped(value, of: "'?' in a list") : type(value)
      joined = joined.map { join($0, type) } ?? type
      checked.append(Syntax.Element(value, optional: element.optional))
    }
    return made(syntax, .list(checked), .list(joined ?? unifier.fresh()))
  }

  private mutating func checkMap(_ syntax: Syntax, _ entries: [Syntax.Entry]) throws(ExpressionError) -> Syntax {
    var joinedKey: ValueType?
    var joinedValue: ValueType?
    var checked: [Syntax.Entry] = []
    checked.reserveCapacity(entries.count)
    for entry in entries {
      let key = try check(entry.key)
      var keyType = known(key)
      switch keyType {
      case .bool, .int, .uint, .string, .dyn: break
      case .parameter: keyType = .dyn
      default: keyType = try mistake(noKey(key, keyType))
      }
      let value = try check(entry.value)
      let valueType = entry.optional ? try unwrapped(value, of: "'?' in a map") : type(value)
      joinedKey = joinedKey.map { join($0, keyType) } ?? keyType
      joinedValue = joinedValue.map { join($0, valueType) } ?? valueType
      checked.append(Syntax.Entry(key, value, optional: entry.optional))
    }
    return made(syntax, .map(checked), .map(joinedKey ?? unifier.fresh(), joinedValue ?? unifier.fresh()))
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

  // MARK: Blocks

  private mutating func checkBlock(_ syntax: Syntax, _ values: [Syntax], _ body: Syntax) throws(ExpressionError) -> Syntax {
    if slots != nil || !scopes.isEmpty {
      throw ExpressionError("cel.block() stands around a whole expression, not within a macro", at: syntax.span)
    }
    slots = []
    var checked: [Syntax] = []
    for value in values {
      let value = try check(value)
      checked.append(value)
      let type = type(value)
      slots?.append(type)
    }
    let body = try check(body)
    slots = nil
    return made(syntax, .block(checked, body: body), type(body))
  }

  private mutating func checkSlot(_ syntax: Syntax, _ number: Int) throws(ExpressionError) -> Syntax {
    guard let slots else { throw ExpressionError("cel.index() stands within cel.block() only", at: syntax.span) }
    guard number < slots.count else {
      throw ExpressionError(
        "cel.index(\(number)) comes after its own place: \(slots.count) values are known here", at: syntax.span)
    }
    return made(syntax, syntax.form, slots[number])
  }
}
