/// How expressions of a pipeline name what an event has: fields are variables under their own names, and `event` leads to all.
///
/// `event.time` and its like become variables of those names; `event.fields.x` and `event.fields['x']` become the variable `x`,
/// whatever bytes that name has.
public enum EventSyntax {
  /// Attributes beside the fields, with their types.
  public static let attributes: [(name: String, type: ValueType)] = [
    ("time", .timestamp), ("ingest_time", .timestamp), ("source", .string), ("type", .string), ("key", .dyn), ("id", .dyn),
    ("headers", .map(.string, .dyn)),
  ]
  /// The variable of all fields.
  public static let fields = "event.fields"

  /// Declarations of the attributes and of all fields as a map.
  public static let variables: [String: ValueType] = {
    var variables = [fields: ValueType.map(.string, .dyn)]
    for (name, type) in attributes { variables["event.\(name)"] = type }
    return variables
  }()

  /// Parses an expression over events.
  public static func parse(_ text: String) throws(ExpressionError) -> Syntax {
    let syntax = try Syntax.parse(text)
    if let stray = stray(syntax) { throw stray }
    return syntax.rewritten(rewrite)
  }

  /// Fields whose names are those of types, such as `list` and `bytes`: variables, unless `type(...)` is compared with them.
  ///
  /// To be declared where fields are not known.
  public static func fieldsNamedAsTypes(in syntax: Syntax) -> [String: ValueType] {
    var found: [String: ValueType] = [:]
    if case .name(let name) = syntax.form, types[name] != nil { found[name] = .dyn }
    for part in syntax.parts { found.merge(fieldsNamedAsTypes(in: part)) { one, _ in one } }
    return found
  }

  private static let types = Dictionary(uniqueKeysWithValues: TypeName.allCases.map { ($0.rawValue, $0) })

  private static func rewrite(_ syntax: Syntax) -> Syntax.Form? {
    if let form = typeTest(syntax) { return form }
    switch syntax.form {
    case .select(let operand, let field, optional: false):
      if isFields(operand) { return .name(field) }
      if case .name("event") = operand.form, variables["event.\(field)"] != nil { return .name("event.\(field)") }
    case .index(let operand, let index, optional: false):
      if isFields(operand), case .literal(.string(let name)) = index.form { return .name(name.string) }
    case .has(let operand, let field):
      if isFields(operand) { return .present(field) }
      if case .name("event") = operand.form, variables["event.\(field)"] != nil { return .present("event.\(field)") }
    case .call(Operators.isIn, nil, let arguments):
      if arguments.count == 2, isFields(arguments[1]), case .literal(.string(let name)) = arguments[0].form {
        return .present(name.string)
      }
    case .comprehension(let loop):
      // A loop variable of that name is meant, then.
      if loop.first == "event" || loop.second == "event" { return syntax.form }
    default: break
    }
    return nil
  }

  /// `type(x) == list`, and `type(x) in [int, uint]`, with the types as what they are.
  private static func typeTest(_ syntax: Syntax) -> Syntax.Form? {
    guard case .call(let name, nil, let arguments) = syntax.form, arguments.count == 2,
      [Operators.equal, Operators.notEqual, Operators.isIn].contains(name), arguments.contains(where: isTypeCall)
    else { return nil }
    let changed = arguments.map { argument -> Syntax in
      if isTypeCall(argument) {
        return Syntax(argument.form(with: argument.parts.map { $0.rewritten(rewrite) }), span: argument.span, id: argument.id)
      }
      return argument.rewritten { part in
        if case .name(let name) = part.form, let type = types[name] { return .literal(.type(type)) }
        return rewrite(part)
      }
    }
    return .call(name, target: nil, changed)
  }

  private static func isTypeCall(_ syntax: Syntax) -> Bool {
    if case .call("type", nil, let arguments) = syntax.form { return arguments.count == 1 }
    return false
  }

  private static func isFields(_ syntax: Syntax) -> Bool {
    if case .select(let operand, "fields", optional: false) = syntax.form, case .name("event") = operand.form { return true }
    return false
  }

  /// A use of `event` that is none of its attributes.
  private static func stray(_ syntax: Syntax) -> ExpressionError? {
    let known = (attributes.map(\.name) + ["fields"]).joined(separator: ", ")
    switch syntax.form {
    case .name("event"), .present("event"):
      return ExpressionError(
        "'event' is no value by itself; it has \(known); a field of that name is event.fields.event", at: syntax.span)
    case .comprehension(let loop) where loop.first == "event" || loop.second == "event": return nil
    case .select(let operand, let field, _), .has(let operand, let field):
      guard case .name("event") = operand.form else { break }
      if field == "fields" || variables["event.\(field)"] != nil { return nil }
      return ExpressionError("event has no '\(field)'; it has \(known); a field is event.fields.\(field)", at: syntax.span)
    default: break
    }
    for part in syntax.parts { if let found = stray(part) { return found } }
    return nil
  }
}
