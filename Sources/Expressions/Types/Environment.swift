/// What the names of an expression mean, and how strictly it is checked.
public struct Environment: Sendable {
  /// Types of variables; names may be qualified: `event.time`.
  public var variables: [String: ValueType]
  /// Functions besides those of ``Declarations``.
  public var functions: [String: [Overload]] = [:]
  /// The namespace in which names are looked up first, then in those around it.
  public var container = ""
  /// True: the language as it is specified. False: int and uint with double widen to double in arithmetic, numbers of different
  /// types compare, anything compares with null, and `has(name)` asks for a variable.
  public var isStrict = false
  /// True: a name that is not declared is a variable of type dyn, instead of an error.
  public var isGradual = false
  /// False: names are looked up and nothing else is checked, so that the evaluator finds what is wrong.
  public var isChecked = true
  /// True: a literal that its function can never take is an error, such as a pattern that is no regular expression or a text that
  /// is no time. The specification leaves that to run time, where `||` may make up for it.
  public var checksLiterals = false
  /// Names to suggest for one that is not declared, besides the variables.
  public var suggestions: [String] = []
  public var limits = SyntaxLimits()

  public init(_ variables: [String: ValueType] = [:], isStrict: Bool = false, isGradual: Bool = false) {
    self.variables = variables
    self.isStrict = isStrict
    self.isGradual = isGradual
  }
}
