extension Checker {
  /// No form of a function takes what it was given.
  mutating func noOverload(
    _ syntax: Syntax, _ name: String, isMethod: Bool, _ operands: [Syntax]
  ) -> ExpressionError {
    if let verb = Self.verbs[name] {
      return operands.count == 2 ? noOperator(syntax, name, verb, operands[0], operands[1]) : noSign(syntax, name, operands[0])
    }
    let all = overloads(name)
    let sameStyle = all.filter { $0.isMethod == isMethod }
    if sameStyle.isEmpty { return otherStyle(syntax, name, isMethod: isMethod, operands, all) }
    let sameCount = sameStyle.filter { $0.parameters.count == operands.count }
    if sameCount.isEmpty {
      let counts = Set(sameStyle.map { $0.parameters.count - (isMethod ? 1 : 0) }).sorted()
      let given = operands.count - (isMethod ? 1 : 0)
      return ExpressionError("\(name)() takes \(Self.arguments(counts)), not \(given)", at: syntax.span)
    }
    return wrongArgument(syntax, name, isMethod: isMethod, operands, sameCount)
  }

  private static func arguments(_ counts: [Int]) -> String {
    if counts == [0] { return "no arguments" }
    if counts == [1] { return "1 argument" }
    return counts.map(String.init).joined(separator: " or ") + " arguments"
  }

  /// What an operator does with two values.
  private static let verbs: [String: String] = [
    Operators.add: "add", Operators.subtract: "subtract", Operators.multiply: "multiply", Operators.divide: "divide",
    Operators.modulo: "divide", Operators.equal: "compare", Operators.notEqual: "compare", Operators.less: "compare",
    Operators.lessOrEqual: "compare", Operators.greater: "compare", Operators.greaterOrEqual: "compare",
    Operators.isIn: "search",
    Operators.not: "negate", Operators.negate: "negate",
  ]

  // MARK: Operators

  private mutating func noOperator(
    _ syntax: Syntax, _ name: String, _ verb: String, _ left: Syntax, _ right: Syntax
  ) -> ExpressionError {
    let (one, other) = (shown(left), shown(right))
    let symbol = name == Operators.isIn ? "in" : name.filter { $0 != "_" }
    let names = (quoted(left, else: "the left side"), quoted(right, else: "the right side"))
    let fix =
      (name == Operators.isIn ? searchFix(left, right) : nil)
      ?? operatorFix(name, left, one, right, other)
    return ExpressionError(
      "\(names.0) is \(one.withArticle) and \(names.1) is \(other.withArticle), which '\(symbol)' does not \(verb)"
        + (fix.map { "; \($0)" } ?? ""), at: syntax.span)
  }

  private mutating func operatorFix(
    _ name: String, _ left: Syntax, _ one: ValueType, _ right: Syntax, _ other: ValueType
  ) -> String? {
    switch (name, one, other) {
    case (Operators.add, .list, let type):
      return type.isList ? nil : "a single element is added as [\(quotedText(right) ?? "…")]"
    case (Operators.add, .string, let type) where type != .string: return conversion(of: right, from: type, to: .string)
    case (Operators.add, let type, .string): return conversion(of: left, from: type, to: .string)
    case (Operators.modulo, .double, _): return "int(\(quotedText(left) ?? "…")) drops the fraction"
    case (Operators.modulo, _, .double): return "int(\(quotedText(right) ?? "…")) drops the fraction"
    case (Operators.add, .timestamp, .timestamp): return "their difference, a duration, is a - b"
    case (Operators.add, .timestamp, let type) where type.isNumber,
      (Operators.subtract, .timestamp, let type) where type.isNumber:
      return "a duration is written duration('5s')"
    case (_, .string, .string): return "numbers in text are read by double(…)"
    case (Operators.subtract, _, _), (Operators.multiply, _, _), (Operators.divide, _, _), (Operators.modulo, _, _):
      return pairFix(left, one, right, other, takesTexts: false)
    default: return pairFix(left, one, right, other)
    }
  }

  private mutating func searchFix(_ left: Syntax, _ right: Syntax) -> String? {
    switch shown(right) {
    case .string: return "text is searched by \(quotedText(right) ?? "text").contains(\(quotedText(left) ?? "part"))"
    case .list(let element): return conversion(of: left, from: shown(left), to: element)
    case .map(let key, _): return conversion(of: left, from: shown(left), to: key)
    default: return "'in' searches lists and the keys of maps"
    }
  }

  private mutating func noSign(_ syntax: Syntax, _ name: String, _ operand: Syntax) -> ExpressionError {
    if name == Operators.not { return noBool(operand, "'!'") }
    let type = shown(operand)
    let fix = type == .uint ? "; -int(\(quotedText(operand) ?? "…")) is negative" : ""
    return ExpressionError("'-' takes an int or a double, but \(described(operand))\(fix)", at: syntax.span)
  }

  // MARK: Functions

  private mutating func otherStyle(
    _ syntax: Syntax, _ name: String, isMethod: Bool, _ operands: [Syntax], _ all: [Overload]
  ) -> ExpressionError {
    let texts = operands.map { quotedText($0) ?? "…" }
    if isMethod {
      let call = "\(name)(\(texts.joined(separator: ", ")))"
      return ExpressionError("\(name)() is a function and no method; write \(call)", at: syntax.span)
    }
    let call = texts.isEmpty ? "x.\(name)()" : "\(texts[0]).\(name)(\(texts.dropFirst().joined(separator: ", ")))"
    return ExpressionError("\(name)() is a method; write \(call)", at: syntax.span)
  }

  /// Shows the first argument that the most fitting form does not take.
  private mutating func wrongArgument(
    _ syntax: Syntax, _ name: String, isMethod: Bool, _ operands: [Syntax], _ overloads: [Overload]
  ) -> ExpressionError {
    var place = -1
    for overload in overloads { place = max(place, firstWrong(overload, operands)) }
    let wanted = overloads.filter { firstWrong($0, operands) == place }.map { $0.parameters[place] }
    let operand = operands[place]
    let type = shown(operand)
    var names: [String] = []
    for type in wanted where !names.contains(Self.kind(type)) { names.append(Self.kind(type)) }
    let list = names.count > 1 ? names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1] : names[0]
    let fix = wanted.lazy.compactMap { [self] in conversion(of: operand, from: type, to: $0) }.first.map { "; \($0)" } ?? ""
    let what = isMethod && place == 0 ? "\(name)() is a method of \(list)" : "\(name)() takes \(list) here"
    return ExpressionError("\(what), but \(described(operand))\(fix)", at: operand.span)
  }

  /// The place of the first argument that a form does not take, or past the last.
  private mutating func firstWrong(_ overload: Overload, _ operands: [Syntax]) -> Int {
    let overload = unifier.instance(of: overload)
    let mark = unifier.mark
    defer { unifier.rollBack(to: mark) }
    for (place, parameter) in overload.parameters.enumerated() where !unifier.unify(parameter, type(operands[place])) {
      return place
    }
    return overload.parameters.count - 1
  }

  /// A type of a signature, with an article and without parameters.
  private static func kind(_ type: ValueType) -> String {
    switch type {
    case .list(.parameter), .list(.dyn): "a list"
    case .list(.optional(.parameter)): "a list of optionals"
    case .map(.parameter, _): "a map"
    case .optional(.parameter): "an optional"
    case .parameter: "anything"
    default: type.withArticle
    }
  }
}

extension ValueType {
  fileprivate var isList: Bool {
    if case .list = self { true } else { false }
  }
}
