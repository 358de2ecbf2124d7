/// The values of an expression's variables for one row.
public protocol Variables {
  /// The value of a variable by its place in ``Expression/variables``; nil when the row has none.
  func value(_ index: Int) throws(EvaluationError) -> Value?
}

/// Values that are at hand in the order of the variables.
public struct VariableList: Variables {
  public var values: [Value?]

  public init(_ values: [Value?] = []) { self.values = values }

  public func value(_ index: Int) -> Value? { values.indices.contains(index) ? values[index] : nil }
}
