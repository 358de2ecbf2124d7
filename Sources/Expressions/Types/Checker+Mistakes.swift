extension Checker {
  // MARK: Names

  func undeclared(_ name: String, at span: Span) -> ExpressionError {
    let name = name.hasPrefix(".") ? String(name.dropFirst()) : name
    if name.hasPrefix("@") { return ExpressionError("this variable stands within its macro only", at: span) }
    let names = scopes.map(\.name) + environment.variables.keys + environment.suggestions
    let qualified = names.filter { $0.hasSuffix(".\(name)") }.min()
    let suffix: String
    if let meant = Suggestion.nearest(to: name, among: names) ?? qualified ?? Slips.constants[name] {
      suffix = "did you mean '\(meant)'?"
    } else if Slips.macros["cel.\(name)"] != nil || overloads(name).contains(where: { !$0.isMethod }) {
      suffix = "\(name)() is a function and takes its arguments in parentheses"
    } else if let type = Suggestion.nearest(to: name, among: Declarations.types.keys) {
      suffix = "did you mean the type '\(type)'?"
    } else {
      suffix = "text stands in quotes: '\(name)'" + known
    }
    return ExpressionError("there is no variable '\(name)'; \(suffix)", at: span)
  }

  /// The fields that there are, when they are few.
  private var known: String {
    let names = environment.suggestions
    return (1...Self.mostNamed).contains(names.count) ? "; the fields are \(names.joined(separator: ", "))" : ""
  }

  private static let mostNamed = 8

  func undeclaredFunction(_ name: String, isMethod: Bool = false, at span: Span) -> ExpressionError {
    if let usage = Slips.macros[name] { return ExpressionError("\(name)() is called so: \(usage)", at: span) }
    let last = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
    let names =
      Declarations.functions.merging(environment.functions) { $0 + $1 }.filter { entry in
        entry.value.contains { $0.isMethod == isMethod }
      }.keys + (isMethod ? Slips.macros.keys.filter { !$0.contains(".") && $0 != "has" } : ["has"])
    let word = isMethod ? "method" : "function"
    let isInNamespace = last != name
    let moved = Declarations.namespaces.sorted().map { "\($0).\(last)" }.first {
      $0 != name && Declarations.functions[$0] != nil
    }
    if let moved { return ExpressionError("there is no \(word) '\(name)'; did you mean '\(moved)(…)'?", at: span) }
    if let usage = Slips.functions[last], !isInNamespace || name.hasPrefix("math.") {
      return ExpressionError("there is no \(word) '\(name)'; write \(usage)", at: span)
    }
    if let nearest = Suggestion.nearest(to: name, among: names) {
      return ExpressionError("there is no \(word) '\(name)'; did you mean '\(nearest)'?", at: span)
    }
    let prefix = name.dropLast(last.utf8.count)
    let siblings = isInNamespace ? Declarations.functions.keys.filter { $0.hasPrefix(prefix) }.sorted() : []
    let list = siblings.isEmpty || siblings.count > 6 ? "" : "; there are \(siblings.joined(separator: ", "))"
    return ExpressionError("there is no \(word) '\(name)'\(list)", at: span)
  }

  func alwaysPresent(_ what: String, at span: Span) -> ExpressionError {
    ExpressionError("\(what) and is always there", at: span)
  }

  // MARK: Types

  func noMessages(_ name: String, at span: Span) -> ExpressionError {
    ExpressionError("there are no messages here, and so no '\(name){…}'; a map is written {'field': value}", at: span)
  }

  mutating func noBool(_ syntax: Syntax, _ place: String) -> ExpressionError {
    let type = shown(syntax)
    let text = quotedText(syntax) ?? "…"
    let fix =
      switch type {
      case .int: "; \(text) != 0 is one"
      case .uint: "; \(text) != 0u is one"
      case .double: "; \(text) != 0.0 is one"
      case .string: "; \(text) != '' is one, and bool(\(text)) reads 'true' and 'false'"
      case .list, .map: "; size(\(text)) > 0 is one"
      case .optional: "; \(text).hasValue() is one"
      case .null: "; != null compares"
      default: ""
      }
    return ExpressionError("\(place) takes a bool, but \(described(syntax))\(fix)", at: syntax.span)
  }

  mutating func noOptional(_ syntax: Syntax, _ place: String) -> ExpressionError {
    ExpressionError("\(place) takes an optional, but \(described(syntax)); optional.of(…) makes one", at: syntax.span)
  }

  mutating func noKey(_ syntax: Syntax, _ type: ValueType) -> ExpressionError {
    let fix = conversion(of: syntax, from: type, to: .string).map { "; \($0)" } ?? ""
    return ExpressionError(
      "a key of a map is a string, an int, a uint or a bool, but this is \(type.withArticle)\(fix)", at: syntax.span)
  }

  mutating func noFields(_ operand: Syntax, _ type: ValueType, _ field: String, at span: Span) -> ExpressionError {
    let fix: String
    if overloads(field).contains(where: \.isMethod) {
      fix = "; the method is called with parentheses: .\(field)()"
    } else if case .list = type {
      fix = "; its elements are reached by an index or by map(x, x.\(field))"
    } else {
      fix = ""
    }
    return ExpressionError("\(quoted(operand)) is \(type.withArticle) and has no field '\(field)'\(fix)", at: span)
  }

  mutating func noIndex(_ operand: Syntax, _ index: Syntax, _ type: ValueType) -> ExpressionError {
    let type = unifier.resolved(type, freeAsDyn: true)
    let fix = conversion(of: index, from: shown(index), to: type).map { "; \($0)" } ?? ""
    return ExpressionError(
      "\(quoted(operand)) takes \(type.withArticle) in '[ ]', but \(described(index))\(fix)", at: index.span)
  }

  func nothingToIndex(_ operand: Syntax, _ type: ValueType, at span: Span) -> ExpressionError {
    let fix =
      type == .string ? "; \(quotedText(operand) ?? "text").charAt(i) is one character" : "; lists and maps alone have '[ ]'"
    return ExpressionError("\(quoted(operand)) is \(type.withArticle)\(fix)", at: span)
  }

  func noRange(_ range: Syntax, _ type: ValueType) -> ExpressionError {
    ExpressionError("\(quoted(range)) is \(type.withArticle), and macros go over lists and maps", at: range.span)
  }

  mutating func noEntries(_ transform: Syntax) -> ExpressionError {
    ExpressionError(
      "transformMapEntry() makes maps of its entries, but \(described(transform)); write {key: value}", at: transform.span)
  }

  mutating func branches(_ yes: Syntax, _ no: Syntax) -> ExpressionError {
    let (one, other) = (shown(yes), shown(no))
    let fix = pairFix(yes, one, no, other) ?? "dyn(…) around one of them allows it"
    return ExpressionError(
      "both values of '?' have one type, but one is \(one.withArticle) and the other \(other.withArticle); \(fix)", at: no.span)
  }

  // MARK: Words

  /// The type as messages show it.
  mutating func shown(_ syntax: Syntax) -> ValueType { unifier.resolved(type(syntax), freeAsDyn: true) }

  /// `'value' is a string`.
  mutating func described(_ syntax: Syntax) -> String {
    "\(quoted(syntax)) is \(shown(syntax).withArticle)"
  }

  func quoted(_ syntax: Syntax, else other: String = "this") -> String {
    guard let text = quotedText(syntax) else { return other }
    if case .literal(.string) = syntax.form { return text }
    return "'\(text)'"
  }

  /// The text of a part of the expression if it is short, on one line and can stand alone.
  func quotedText(_ syntax: Syntax) -> String? {
    let text = String(decoding: text[Int(syntax.span.start)..<Int(syntax.span.end)], as: UTF8.self)
    let isBalanced = text.utf8.reduce(0) { $0 + ($1 == ascii("(") ? 1 : $1 == ascii(")") ? -1 : 0) } == 0
    return text.utf8.count > 32 || text.contains(where: \.isNewline) || !isBalanced ? nil : text
  }
}
