/// What a function does with its arguments; of a method, the target is the first one.
///
/// An error without a place gets that of the call; ``EvaluationError/noSuchOverload`` gets the types of the arguments, too.
enum Function: Sendable {
  typealias Unary = @Sendable (Value, inout Frame) throws(EvaluationError) -> Value
  typealias Binary = @Sendable (Value, Value, inout Frame) throws(EvaluationError) -> Value
  typealias Ternary = @Sendable (Value, Value, Value, inout Frame) throws(EvaluationError) -> Value
  typealias Variadic = @Sendable ([Value], inout Frame) throws(EvaluationError) -> Value

  case unary(Unary)
  case binary(Binary)
  case ternary(Ternary)
  case variadic(Variadic)
}

/// The functions that are called by name: `name(…)`, or `target.name(…)`.
struct Library: Sendable {
  struct Signature: Hashable, Sendable {
    let name: String
    let isMethod: Bool
    /// Arguments, the target included; nil for any number.
    let count: Int?
  }

  struct Definition: Sendable {
    let signature: Signature
    let function: Function
    /// What is left to do when the second argument is known beforehand; nil when it is not fit for it.
    var prepared: (@Sendable (Value) -> Function.Unary?)?
  }

  private var definitions: [Signature: Definition] = [:]

  /// All that there are.
  static let standard = Library(
    [
      conversions, collections, strings, stringSearch, stringFormat, math, bits, times, encoders, network, optionals,
    ].flatMap { $0 })

  private init(_ definitions: [Definition]) {
    for definition in definitions {
      let replaced = self.definitions.updateValue(definition, forKey: definition.signature)
      precondition(replaced == nil, "\(definition.signature) is defined once")
    }
  }

  func definition(_ name: String, isMethod: Bool, count: Int) -> Definition? {
    definitions[Signature(name: name, isMethod: isMethod, count: count)]
      ?? definitions[Signature(name: name, isMethod: isMethod, count: nil)]
  }

  var names: Set<String> { Set(definitions.keys.map(\.name)) }

  /// True when there is a function of that name, in whatever form.
  func knows(_ name: String) -> Bool { definitions.keys.contains { $0.name == name } }
}

extension Library.Definition {
  static func function(_ name: String, _ body: @escaping Function.Unary) -> Self {
    Self(signature: .init(name: name, isMethod: false, count: 1), function: .unary(body))
  }

  static func function(_ name: String, _ body: @escaping Function.Binary) -> Self {
    Self(signature: .init(name: name, isMethod: false, count: 2), function: .binary(body))
  }

  static func function(_ name: String, variadic body: @escaping Function.Variadic) -> Self {
    Self(signature: .init(name: name, isMethod: false, count: nil), function: .variadic(body))
  }

  static func method(_ name: String, _ body: @escaping Function.Unary) -> Self {
    Self(signature: .init(name: name, isMethod: true, count: 1), function: .unary(body))
  }

  static func method(
    _ name: String, prepared: (@Sendable (Value) -> Function.Unary?)? = nil, _ body: @escaping Function.Binary
  ) -> Self {
    Self(signature: .init(name: name, isMethod: true, count: 2), function: .binary(body), prepared: prepared)
  }

  static func method(_ name: String, _ body: @escaping Function.Ternary) -> Self {
    Self(signature: .init(name: name, isMethod: true, count: 3), function: .ternary(body))
  }

  static func method(_ name: String, variadic body: @escaping Function.Variadic) -> Self {
    Self(signature: .init(name: name, isMethod: true, count: nil), function: .variadic(body))
  }
}
