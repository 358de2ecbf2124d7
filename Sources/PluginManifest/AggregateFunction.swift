/// A function of an option that takes aggregates: what `fn(CEL, …)` may be.
public struct AggregateFunction: Sendable, Codable, Equatable {
  /// What an argument may be: any value, a number, what has an order (bool, int, double, string, time), or values of one type.
  public enum Takes: String, Sendable, Codable, CaseIterable {
    case any, number, ordered, bool, int, double, string, time, binary
  }

  /// What of the order in which several partitions bring their rows shows in a result.
  public enum Order: String, Sendable, Codable, CaseIterable {
    /// All of it, if only in the last place.
    case rows
    /// The same, unless the first argument is an integer.
    case doubles
    /// That of rows with equal time and id.
    case ties
  }

  public struct Argument: Sendable, Codable, Equatable {
    public var name: String
    /// nil = any.
    public var type: Takes?
    /// A number that stands in the text: the function is told of it when it is made, not for each row.
    public var constant: Bool?
    /// It may be left out, and so may those behind it.
    public var optional: Bool?
    /// Bounds of a constant.
    public var minimum: Double?
    public var maximum: Double?
    public var doc: String?

    public init(
      _ name: String, _ type: Takes? = nil, constant: Bool? = nil, optional: Bool? = nil, minimum: Double? = nil,
      maximum: Double? = nil, doc: String? = nil
    ) {
      self.name = name
      self.type = type
      self.constant = constant
      self.optional = optional
      self.minimum = minimum
      self.maximum = maximum
      self.doc = doc
    }

    public var isConstant: Bool { constant == true }
    public var isOptional: Bool { optional == true }
  }

  /// As `result`: the type of the first argument.
  public static let argumentType = "argument"

  public var name: String
  public var doc: String
  public var arguments: [Argument]?
  /// Type of the column that holds results, or `argument`.
  public var result: String
  /// nil = none.
  public var order: Order?

  public init(_ name: String, _ arguments: [Argument] = [], result: String, order: Order? = nil, doc: String) {
    self.name = name
    self.arguments = arguments.isEmpty ? nil : arguments
    self.result = result
    self.order = order
    self.doc = doc
  }

  /// How it is called: `quantile(value, q)`, with what may be left out in brackets.
  public var form: String {
    var text = "\(name)("
    for (index, argument) in (arguments ?? []).enumerated() {
      let separator = index > 0 ? ", " : ""
      text += argument.isOptional ? "[\(separator)\(argument.name)]" : separator + argument.name
    }
    return text + ")"
  }

  /// A call as it would be written, of a field of that name.
  public func example(of field: String) -> String {
    let written = (arguments ?? []).filter { !$0.isOptional }.map { argument -> String in
      guard argument.isConstant else { return field }
      let number = max(argument.minimum ?? -.infinity, min(argument.maximum ?? .infinity, argument.type == .int ? 10 : 0.5))
      return Int64(exactly: number).map { String($0) } ?? "\(number)"
    }
    return "\(name)(\(written.joined(separator: ", ")))"
  }
}
