/// An expression that was parsed, whose names were looked up and whose types were checked.
public struct Expression: Sendable {
  public let text: String
  /// As parsed, but every name is that of a variable or of a type, a qualified name of a variable (`a.b`) is one name, and a
  /// function of a namespace (`math.abs(x)`) is a call without target. A name with a leading dot is a variable that a macro's
  /// variable hides.
  public let syntax: Syntax
  /// Types by the ids of nodes; dyn where only run time tells.
  public let types: [ValueType]
  /// The names that are types, by the ids of their nodes.
  public let typeNames: [Int32: TypeName]
  /// In the order in which they are used first.
  public let variables: [Variable]
  /// Nothing but what the specification has: an int beside a double is an error.
  public let isStrict: Bool

  public var type: ValueType { types[Int(syntax.id)] }

  public init(_ text: String, in environment: Environment) throws(ExpressionError) {
    let parsed = try Syntax.parse(
      text, limits: environment.limits, options: SyntaxOptions(isStrict: environment.isStrict))
    try self.init(parsed, text: text, in: environment)
  }

  /// Of what was parsed from `text`, and may have other forms since: a name that is a variable, whatever it is made of.
  public init(_ parsed: Syntax, text: String, in environment: Environment) throws(ExpressionError) {
    var checker = Checker(environment, text: Array(text.utf8), nodes: Int(parsed.id) + 1)
    syntax = try checker.check(parsed)
    types = try checker.finish(syntax.span)
    typeNames = checker.typeNames
    variables = checker.variables
    isStrict = environment.isStrict
    self.text = text
    if environment.checksLiterals, let mistake = LiteralCheck().firstMistake(in: syntax) { throw mistake }
  }
}

/// A variable of an expression.
public struct Variable: Sendable, Hashable {
  public var name: String
  public var type: ValueType
  /// Where it is used first.
  public var span: Span
}
