/// One form of a function: what it takes and what it gives.
public struct Overload: Sendable, Hashable {
  /// The target first, if it is a method. Parameters with one name are one type.
  public var parameters: [ValueType]
  public var result: ValueType
  /// Called as `target.function(…)`.
  public var isMethod: Bool

  public init(_ parameters: [ValueType], result: ValueType, isMethod: Bool = false) {
    self.parameters = parameters
    self.result = result
    self.isMethod = isMethod
  }

  /// A function of these arguments.
  static func of(_ parameters: ValueType..., gives result: ValueType) -> Overload { Overload(parameters, result: result) }

  /// A method of the first argument.
  static func on(_ parameters: ValueType..., gives result: ValueType) -> Overload {
    Overload(parameters, result: result, isMethod: true)
  }
}
