/// A function that an aggregate may be, as the manifest lists it: the host checks calls of it before a plugin runs.
///
/// ```swift
/// AggregateFunction("quantile", [.value("value", .number), .constant("q", .double, minimum: 0, maximum: 1)], gives: .type(.double),
///   doc: "The value below which this share of all lies.")
/// ```
public struct AggregateFunction: Sendable {
  /// What an argument may be: any value, a number, what has an order (bool, int, double, string, time), or values of one type.
  public enum Takes: String, Sendable {
    case any, number, ordered, bool, int, double, string, time, binary
  }

  /// What a result is: values of a type, or of that of the first argument.
  public enum Result: Sendable, Equatable {
    case type(Component.FieldType)
    case argument
  }

  /// What of the order in which several partitions bring their rows shows in a result.
  public enum Order: String, Sendable {
    /// All of it, if only in the last place.
    case rows
    /// The same, unless the first argument is an integer.
    case doubles
    /// That of rows with equal time and id.
    case ties
  }

  public struct Argument: Sendable {
    public let name: String
    public let takes: Takes
    /// A number that stands in the text.
    public let isConstant: Bool
    /// It may be left out, and so may those behind it.
    public let isOptional: Bool
    let minimum: Double?
    let maximum: Double?
    let doc: String?

    /// An expression, which has a value for each row.
    public static func value(_ name: String, _ takes: Takes = .any, optional: Bool = false, doc: String? = nil) -> Argument {
      Argument(
        name: name, takes: takes, isConstant: false, isOptional: optional, minimum: nil, maximum: nil, doc: doc)
    }

    /// A number that stands in the text, `.int` or `.double`.
    public static func constant(
      _ name: String, _ takes: Takes, optional: Bool = false, minimum: Double? = nil, maximum: Double? = nil,
      doc: String? = nil
    ) -> Argument {
      precondition(takes == .int || takes == .double, "a constant is an int or a double")
      return Argument(
        name: name, takes: takes, isConstant: true, isOptional: optional, minimum: minimum, maximum: maximum, doc: doc)
    }
  }

  public let name: String
  /// Values come before constants.
  public let arguments: [Argument]
  public let result: Result
  let order: Order?
  let doc: String

  /// - Parameter order: what `tidemill plan` tells of results over several partitions; nil: they are the same in any order.
  public init(_ name: String, _ arguments: [Argument] = [], gives result: Result, order: Order? = nil, doc: String) {
    self.name = name
    self.arguments = arguments
    self.result = result
    self.order = order
    self.doc = doc
  }

  var json: String {
    JSONText.object {
      $0.add("name", name)
      $0.add("doc", doc)
      $0.add("arguments", json: arguments.isEmpty ? nil : JSONText.array(arguments.map { $0.json }))
      switch result {
      case .type(let type): $0.add("result", type.rawValue)
      case .argument: $0.add("result", "argument")
      }
      $0.add("order", order?.rawValue)
    }
  }
}

extension AggregateFunction.Argument {
  fileprivate var json: String {
    JSONText.object {
      $0.add("name", name)
      $0.add("type", takes == .any ? nil : takes.rawValue)
      $0.add("constant", isConstant ? true : nil)
      $0.add("optional", isOptional ? true : nil)
      $0.add("minimum", minimum)
      $0.add("maximum", maximum)
      $0.add("doc", doc)
    }
  }
}
