/// A node of an expression as it was written, with macros expanded.
///
/// Grammar and macros: github.com/google/cel-spec, doc/langdef.md.
public struct Syntax: Sendable {
  public var form: Form
  public var span: Span
  /// Counts the nodes of one expression from 0; what the checker found out is kept under it.
  public var id: Int32

  public init(_ form: Form, span: Span, id: Int32) {
    self.form = form
    self.span = span
    self.id = id
  }

  public indirect enum Form: Sendable {
    case literal(Value)
    /// A variable, a type, or the first part of a qualified name; a leading dot stays in it.
    case name(String)
    /// `operand.field`; `operand.?field` when optional.
    case select(Syntax, field: String, optional: Bool)
    /// `has(operand.field)`.
    case has(Syntax, field: String)
    /// `has(name)` of a variable, which is not of the specification: true when it has a value.
    case present(String)
    /// `operand[index]`; `operand[?index]` when optional.
    case index(Syntax, Syntax, optional: Bool)
    /// A function, or a method when there is a target. Operators have the names of ``Operators``.
    case call(String, target: Syntax?, [Syntax])
    /// Arithmetic from the left to the right: what a long chain of operators becomes, so that it is no deeper than a short one.
    case chain(Syntax, [Link])
    case and(Syntax, Syntax)
    case or(Syntax, Syntax)
    /// condition, value if true, value if false.
    case conditional(Syntax, Syntax, Syntax)
    case list([Element])
    case map([Entry])
    /// `Name{field: value}`: parsed for the sake of a clear error, for there are no messages here.
    case message(String, [Field])
    case comprehension(Comprehension)
    /// `cel.bind(name, value, body)`.
    case bind(String, value: Syntax, body: Syntax)
    /// `cel.block([slots…], body)`; slots and body see earlier slots as ``slot``.
    case block([Syntax], body: Syntax)
    /// `cel.index(n)` within a block.
    case slot(Int)
    /// `target.optMap(name, body)`; `optFlatMap` when flat, whose body is an optional itself.
    case optionalMap(Syntax, name: String, body: Syntax, flat: Bool)
  }

  /// An operator of a chain with its right operand; what stands before it is the left one.
  public struct Link: Sendable {
    public var function: String
    public var operand: Syntax
    /// What the checker found out of the chain up to here is kept under it.
    public var id: Int32

    public init(_ function: String, _ operand: Syntax, id: Int32) {
      self.function = function
      self.operand = operand
      self.id = id
    }
  }

  /// A part of a list; `?value` when optional.
  public struct Element: Sendable {
    public var value: Syntax
    public var optional: Bool

    public init(_ value: Syntax, optional: Bool) {
      self.value = value
      self.optional = optional
    }
  }

  /// A part of a map; `?key: value` when optional.
  public struct Entry: Sendable {
    public var key: Syntax
    public var value: Syntax
    public var optional: Bool

    public init(_ key: Syntax, _ value: Syntax, optional: Bool) {
      self.key = key
      self.value = value
      self.optional = optional
    }
  }

  public struct Field: Sendable {
    public var name: String
    public var value: Syntax

    public init(_ name: String, _ value: Syntax) {
      self.name = name
      self.value = value
    }
  }

  /// A macro that goes over the elements of a list, or the keys of a map.
  ///
  /// With `second`, `first` is the index and `second` the element of a list, or key and value of a map.
  public struct Comprehension: Sendable {
    public enum Kind: Sendable, Hashable {
      case all, exists, existsOne
      /// A list: `transform` of each that `condition` holds for. `filter` has the element itself as transform.
      case list
      /// A map: `transform` under the index or key of each.
      case mapValues
      /// A map: the entries of the maps that `transform` gives; a key that comes twice is an error.
      case mapEntries
    }

    public var kind: Kind
    public var range: Syntax
    public var first: String
    public var second: String?
    /// The predicate; nil when there is none.
    public var condition: Syntax?
    /// Nil for all, exists, existsOne.
    public var transform: Syntax?

    public init(_ kind: Kind, over range: Syntax, _ first: String, _ second: String?, condition: Syntax?, transform: Syntax?) {
      self.kind = kind
      self.range = range
      self.first = first
      self.second = second
      self.condition = condition
      self.transform = transform
    }
  }
}

/// The names under which operators are called: those of the specification.
public enum Operators {
  public static let add = "_+_", subtract = "_-_", multiply = "_*_", divide = "_/_", modulo = "_%_"
  public static let equal = "_==_", notEqual = "_!=_"
  public static let less = "_<_", lessOrEqual = "_<=_", greater = "_>_", greaterOrEqual = "_>=_"
  public static let not = "!_", negate = "-_", isIn = "@in"
}
