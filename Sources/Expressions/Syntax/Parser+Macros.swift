extension Parser {
  /// A call, or what a macro makes of it.
  ///
  /// The name of a macro with another number of arguments is an ordinary call.
  @inline(never)
  mutating func call(
    _ name: String, _ target: Syntax?, _ arguments: [Syntax], _ span: Span
  ) throws(ExpressionError) -> Syntax {
    if let target {
      if case .name("cel") = target.form, let syntax = try celMacro(name, arguments, span) { return syntax }
      if let syntax = try comprehension(name, target, arguments, span) { return syntax }
      if name == "optMap" || name == "optFlatMap", arguments.count == 2 {
        let variable = try variable(arguments[0], of: name)
        return try node(
          .optionalMap(target, name: variable, body: arguments[1], flat: name == "optFlatMap"), span,
          over: [target, arguments[1]])
      }
      return try node(.call(name, target: target, arguments), span, over: [target] + arguments)
    }
    if name == "has", arguments.count == 1 { return try presence(of: arguments[0], span) }
    return try node(.call(name, target: nil, arguments), span, over: arguments)
  }

  private mutating func presence(of argument: Syntax, _ span: Span) throws(ExpressionError) -> Syntax {
    switch argument.form {
    case .select(let operand, let field, optional: false): return try node(.has(operand, field: field), span, over: [operand])
    case .name(let name) where !options.isStrict: return try node(.present(name), span)
    default: throw ExpressionError("has() takes the field that may be missing, as in has(map.field)", at: argument.span)
    }
  }

  /// The macros that go over a list or a map; nil when this is none of them.
  private mutating func comprehension(
    _ name: String, _ range: Syntax, _ arguments: [Syntax], _ span: Span
  ) throws(ExpressionError) -> Syntax? {
    let kind: Syntax.Comprehension.Kind
    var variables = 1
    var hasCondition = true
    var hasTransform = false
    switch (name, arguments.count) {
    case ("all", 2...3):
      kind = .all
      variables = arguments.count - 1
    case ("exists", 2...3):
      kind = .exists
      variables = arguments.count - 1
    case ("exists_one", 2...3), ("existsOne", 2...3):
      kind = .existsOne
      variables = arguments.count - 1
    case ("filter", 2): kind = .list
    case ("map", 2...3):
      (kind, hasTransform, hasCondition) = (.list, true, arguments.count == 3)
    case ("transformList", 3...4):
      (kind, variables, hasTransform, hasCondition) = (.list, 2, true, arguments.count == 4)
    case ("transformMap", 3...4):
      (kind, variables, hasTransform, hasCondition) = (.mapValues, 2, true, arguments.count == 4)
    case ("transformMapEntry", 3...4):
      (kind, variables, hasTransform, hasCondition) = (.mapEntries, 2, true, arguments.count == 4)
    default: return nil
    }
    let first = try variable(arguments[0], of: name)
    let second = variables == 2 ? try variable(arguments[1], of: name) : nil
    if let second, second == first {
      throw ExpressionError("both variables of \(name)() are '\(first)'; they need two names", at: arguments[1].span)
    }
    var transform = hasTransform ? arguments[arguments.count - 1] : nil
    if name == "filter" { transform = try node(.name(first), arguments[0].span) }
    let comprehension = Syntax.Comprehension(
      kind, over: range, first, second, condition: hasCondition ? arguments[variables] : nil, transform: transform)
    return try node(.comprehension(comprehension), span, over: [range] + arguments[variables...])
  }

  /// The macros that begin with `cel.`; nil when this is none of them.
  private mutating func celMacro(_ name: String, _ arguments: [Syntax], _ span: Span) throws(ExpressionError) -> Syntax? {
    switch (name, arguments.count) {
    case ("bind", 3):
      let variable = try variable(arguments[0], of: "cel.bind")
      return try node(.bind(variable, value: arguments[1], body: arguments[2]), span, over: [arguments[1], arguments[2]])
    case ("block", 2):
      guard case .list(let elements) = arguments[0].form, elements.allSatisfy({ !$0.optional }) else {
        throw ExpressionError("cel.block() takes the list of its values first", at: arguments[0].span)
      }
      return try node(
        .block(elements.map(\.value), body: arguments[1]), span, over: elements.map(\.value) + [arguments[1]])
    case ("index", 1): return try node(.slot(try number(arguments[0], of: "cel.index")), span)
    case ("iterVar", 2), ("accuVar", 2):
      let level = try number(arguments[0], of: "cel.\(name)")
      let place = try number(arguments[1], of: "cel.\(name)")
      return try node(.name("@\(name == "iterVar" ? "it" : "ac"):\(level):\(place)"), span)
    default: return nil
    }
  }

  private func variable(_ argument: Syntax, of macro: String) throws(ExpressionError) -> String {
    if case .name(let name) = argument.form, !name.hasPrefix(".") { return name }
    throw ExpressionError("\(macro)() takes the name of a variable here, a simple one", at: argument.span)
  }

  private func number(_ argument: Syntax, of macro: String) throws(ExpressionError) -> Int {
    if case .literal(.int(let value)) = argument.form, 0...Int64(limits.bytes) ~= value { return Int(value) }
    throw ExpressionError("\(macro)() takes a number from 0 to \(limits.bytes), written as such", at: argument.span)
  }
}
