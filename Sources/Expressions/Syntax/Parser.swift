/// Makes a tree of an expression's tokens.
///
/// Grammar: github.com/google/cel-spec, doc/langdef.md. Macros are expanded where they are called: `Parser+Macros.swift`.
struct Parser {
  private(set) var lexer: Lexer
  let limits: SyntaxLimits
  let options: SyntaxOptions
  /// What comes next.
  private(set) var token = Token(kind: .end, span: Span(0, 0))
  /// The end of what was taken last.
  private var lastEnd = 0
  /// How many calls of ``expression()`` and ``operators(from:)`` are under way.
  private var depth = 0
  /// The height of every node's tree, by id.
  private var heights: [Int32] = []

  init(_ text: [UInt8], limits: SyntaxLimits, options: SyntaxOptions) {
    lexer = Lexer(text)
    self.limits = limits
    self.options = options
  }

  /// The whole text as one expression.
  mutating func parse() throws(ExpressionError) -> Syntax {
    token = try lexer.next()
    if case .end = token.kind { throw ExpressionError("there is no expression", at: token.span) }
    let syntax = try expression()
    guard case .end = token.kind else { throw unexpected(after: syntax) }
    return syntax
  }

  // MARK: What every rule needs

  /// Makes a node; an error when its tree is too high.
  mutating func node(_ form: Syntax.Form, _ span: Span, over parts: [Syntax] = []) throws(ExpressionError) -> Syntax {
    var height: Int32 = 0
    for part in parts { height = max(height, heights[Int(part.id)]) }
    guard height < limits.depth else { throw tooDeep(at: span) }
    heights.append(height + 1)
    return Syntax(form, span: span, id: Int32(heights.count - 1))
  }

  private func tooDeep(at span: Span) -> ExpressionError {
    ExpressionError(
      "the expression is nested deeper than \(limits.depth) levels; compute parts of it as fields first", at: span)
  }

  mutating func advance() throws(ExpressionError) {
    lastEnd = Int(token.span.end)
    token = try lexer.next()
  }

  /// Takes a symbol if it is there.
  mutating func take(_ symbol: Symbol) throws(ExpressionError) -> Bool {
    guard token.is(symbol) else { return false }
    try advance()
    return true
  }

  /// From the beginning of a span to what was taken last.
  func span(from start: Span) -> Span { Span(Int(start.start), lastEnd) }

  /// Takes the bracket that closes another.
  mutating func close(_ symbol: Symbol, of opening: Span) throws(ExpressionError) {
    if try take(symbol) { return }
    throw unclosed(symbol, of: opening)
  }

  // MARK: Operators

  // The functions from here on call one another once a level, and what they hold meanwhile is what depth costs of the stack:
  // what need not be on the way down is done in functions of its own.

  /// A condition with its two values, or what binds stronger.
  mutating func expression() throws(ExpressionError) -> Syntax {
    let condition = try operators(from: 0)
    return token.is(.conditional) ? try conditional(condition) : condition
  }

  @inline(never)
  private mutating func conditional(_ condition: Syntax) throws(ExpressionError) -> Syntax {
    try advance()
    let yes = try operators(from: 0)
    if !token.is(.colon) { throw noColon(after: yes) }
    try advance()
    depth += 1
    let no = try expression()
    depth -= 1
    return try node(.conditional(condition, yes, no), condition.span.to(no.span), over: [condition, yes, no])
  }

  /// Operators that bind as strong as `minimum` or stronger, from the left to the right.
  private mutating func operators(from minimum: Int) throws(ExpressionError) -> Syntax {
    try descend()
    var left = try unary()
    var steps = 0
    while let symbol = try takeOperator(from: minimum) {
      if symbol == .and || symbol == .or {
        left = try chain(left, symbol)
      } else if steps >= Self.mostNestedSteps, symbol.level > Symbol.less.level {
        left = try longChain(left, symbol)
      } else {
        left = try combined(symbol, left, try operators(from: symbol.level + 1))
        steps += 1
      }
    }
    depth -= 1
    return left
  }

  /// Operators one after another that become nodes inside each other; what follows of arithmetic becomes one node.
  private static let mostNestedSteps = 64

  /// Counts a level. A parser that has thrown is of no further use and counts no level back.
  @inline(never)
  private mutating func descend() throws(ExpressionError) {
    depth += 1
    if depth > limits.depth { throw tooDeep(at: token.span) }
  }

  /// Takes a binary operator that binds as strong as that or stronger, if one is there.
  @inline(never)
  private mutating func takeOperator(from minimum: Int) throws(ExpressionError) -> Symbol? {
    guard case .symbol(let symbol) = token.kind, symbol.level >= minimum else { return nil }
    try advance()
    return symbol
  }

  @inline(never)
  private mutating func combined(_ symbol: Symbol, _ left: Syntax, _ right: Syntax) throws(ExpressionError) -> Syntax {
    try node(.call(symbol.function, target: nil, [left, right]), left.span.to(right.span), over: [left, right])
  }

  /// All terms of a chain of `&&` or `||`, of which the first and one operator were taken.
  @inline(never)
  private mutating func chain(_ first: Syntax, _ symbol: Symbol) throws(ExpressionError) -> Syntax {
    var terms = [first]
    repeat { terms.append(try operators(from: symbol.level + 1)) } while try take(symbol)
    return try balanced(terms[...], symbol)
  }

  /// The terms of a chain as a tree as low as can be; the order in which they are evaluated stays.
  private mutating func balanced(_ terms: ArraySlice<Syntax>, _ symbol: Symbol) throws(ExpressionError) -> Syntax {
    if terms.count == 1 { return terms[terms.startIndex] }
    let middle = terms.startIndex + (terms.count + 1) / 2
    let left = try balanced(terms[..<middle], symbol)
    let right = try balanced(terms[middle...], symbol)
    return try node(
      symbol == .and ? .and(left, right) : .or(left, right), left.span.to(right.span), over: [left, right])
  }

  /// What is left of a chain of arithmetic, of which the first operator was taken.
  @inline(never)
  private mutating func longChain(_ first: Syntax, _ symbol: Symbol) throws(ExpressionError) -> Syntax {
    var links: [Syntax.Link] = []
    var next: Symbol? = symbol
    while let symbol = next {
      let operand = try operators(from: symbol.level + 1)
      heights.append(0)
      links.append(Syntax.Link(symbol.function, operand, id: Int32(heights.count - 1)))
      next = try takeOperator(from: symbol.level)
    }
    let span = first.span.to(links[links.count - 1].operand.span)
    return try node(.chain(first, links), span, over: [first] + links.map(\.operand))
  }

  /// Signs and what they stand before.
  private mutating func unary() throws(ExpressionError) -> Syntax {
    if token.is(.not) || token.is(.minus) { return try signed() }
    return try members(of: try primary())
  }

  @inline(never)
  private mutating func signed() throws(ExpressionError) -> Syntax {
    var signs: [(function: String, span: Span)] = []
    while token.is(.not) || token.is(.minus) {
      let span = token.span
      let isMinus = token.is(.minus)
      try advance()
      if isMinus, let literal = try negative(from: span) { return try apply(signs, to: try members(of: literal)) }
      signs.append((isMinus ? Operators.negate : Operators.not, span))
      if signs.count > limits.depth { throw tooDeep(at: span) }
    }
    return try apply(signs, to: try members(of: try primary()))
  }

  @inline(never)
  private mutating func apply(
    _ signs: [(function: String, span: Span)], to operand: Syntax
  ) throws(ExpressionError) -> Syntax {
    var syntax = operand
    for sign in signs.reversed() {
      syntax = try node(.call(sign.function, target: nil, [syntax]), sign.span.to(syntax.span), over: [syntax])
    }
    return syntax
  }

  /// The number after a minus, which is part of it; nil when there is none.
  @inline(never)
  private mutating func negative(from minus: Span) throws(ExpressionError) -> Syntax? {
    let value: Value
    switch token.kind {
    case .integer(let magnitude):
      guard magnitude <= 1 << 63 else {
        throw ExpressionError("-\(magnitude) is too small for an int, which begins at \(Int64.min)", at: minus.to(token.span))
      }
      value = .int(Int64(truncatingIfNeeded: 0 &- magnitude))
    case .literal(.double(let magnitude)): value = .double(-magnitude)
    default: return nil
    }
    let span = minus.to(token.span)
    try advance()
    return try node(.literal(value), span)
  }
}

extension Symbol {
  /// How strong a binary operator binds; -1 of what is none.
  fileprivate var level: Int {
    switch self {
    case .or: 0
    case .and: 1
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn: 2
    case .plus, .minus: 3
    case .times, .divide, .modulo: 4
    default: -1
    }
  }

  /// The function behind a binary operator other than `&&` and `||`.
  fileprivate var function: String { self == .isIn ? Operators.isIn : "_\(rawValue)_" }
}
