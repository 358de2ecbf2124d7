/// An aggregate that an option names: a function over the rows of a group, under the name of its result.
///
/// ```swift
/// static let aggregate = Option("aggregate", .aggregates(of: functions), doc: "Results and how they are made.")
/// …
/// let aggregates = try config[Self.aggregate]   // count: count(), p99: "quantile(value, 0.99)"
/// ```
/// Its expressions are compiled, once for each text: aggregates over the same text share one. Not `Sendable`: belongs to the
/// instance whose option it is.
public struct Aggregate {
  /// A number that stands in the text.
  public enum Constant: Sendable, Equatable {
    case int(Int64)
    case double(Double)

    public var number: Double {
      switch self {
      case .int(let value): Double(value)
      case .double(let value): value
      }
    }
  }

  /// Of the result.
  public let name: String
  public let function: AggregateFunction
  /// What has a value for each row, in order.
  public let arguments: [Expression]
  /// In order, those that were written.
  public let constants: [Constant]
  /// Only rows for which it holds count.
  public let filter: Expression?
  /// Where it stands in the configuration, such as `aggregate.p99`; for messages.
  public let path: String

  public init(
    name: String, function: AggregateFunction, arguments: [Expression], constants: [Constant] = [], filter: Expression? = nil,
    path: String = ""
  ) {
    self.name = name
    self.function = function
    self.arguments = arguments
    self.constants = constants
    self.filter = filter
    self.path = path
  }
}

extension OptionType where Value == [Aggregate] {
  /// A map from names of results to aggregates, in the order in which they were written.
  public static func aggregates(of functions: [AggregateFunction]) -> OptionType {
    var type = OptionType(
      type: "map", format: "aggregate",
      read: { config, path in
        var expressions = SharedExpressions(host: config.host)
        return try config.entryNames(path)?.map { name in
          try Self.aggregate(name, config, at: OptionPath.entry(name, of: path), functions, &expressions)
        }
      },
      json: { aggregates in
        precondition(aggregates.isEmpty, "the default of an option of aggregates has none of them")
        return "{}"
      })
    type.functions = JSONText.array(functions.map { $0.json })
    return type
  }

  private static func aggregate(
    _ name: String, _ config: Config, at path: String, _ functions: [AggregateFunction], _ expressions: inout SharedExpressions
  ) throws -> Aggregate {
    let isMap = config.count(path) != nil
    let place = isMap ? "\(path).fn" : path
    guard let text = config.text(place) else {
      throw PluginError.config("names no aggregate", at: path)
    }
    let parts: AggregateText
    do throws(AggregateText.Mistake) {
      parts = try AggregateText(text)
    } catch {
      throw PluginError.config(error.description, at: place)
    }
    guard let function = functions.first(where: { $0.name == parts.function }) else {
      let names = functions.map { $0.name }.joined(separator: ", ")
      throw PluginError.config("'\(parts.function)' is none of \(names)", at: place)
    }
    let least = function.arguments.prefix { !$0.isOptional }.count
    guard (least...function.arguments.count).contains(parts.arguments.count) else {
      let wanted = least == function.arguments.count ? "\(least)" : "\(least) to \(function.arguments.count)"
      throw PluginError.config(
        "'\(function.name)' is written with \(parts.arguments.count) arguments, and takes \(wanted)", at: place)
    }
    var arguments: [Expression] = []
    var constants: [Aggregate.Constant] = []
    for (written, argument) in zip(parts.arguments, function.arguments) {
      if argument.isConstant {
        guard let constant = Aggregate.Constant(written, argument.takes) else {
          throw PluginError.config("'\(argument.name)' of '\(function.name)' is a number, not \(written)", at: place)
        }
        constants.append(constant)
      } else {
        arguments.append(try expressions.expression(written, of: argument.takes.column, at: place))
      }
    }
    let filter =
      try isMap
      ? config.text("\(path).filter").map {
        try expressions.expression($0, of: .bool, at: "\(path).filter")
      } : nil
    return Aggregate(
      name: name, function: function, arguments: arguments, constants: constants, filter: filter, path: path)
  }
}

/// Expressions of one option, each text compiled once for a type.
private struct SharedExpressions {
  let host: Host
  private var known: [(text: String, type: ColumnType?, expression: Expression)] = []

  init(host: Host) { self.host = host }

  mutating func expression(_ text: String, of type: ColumnType?, at path: String) throws -> Expression {
    if let found = known.first(where: { $0.text == text && $0.type == type }) { return found.expression }
    let made = try Expression(text, of: type, at: path, host: host)
    known.append((text, type, made))
    return made
  }
}

extension Aggregate.Constant {
  /// A number as the language writes one; nil when it is none, or not of that type.
  init?(_ text: String, _ takes: AggregateFunction.Takes) {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let digits = isNegative ? text.dropFirst() : text[...]
    let isHex = digits.hasPrefix("0x") || digits.hasPrefix("0X")
    let whole = Int64((isNegative ? "-" : "") + (isHex ? digits.dropFirst(2) : digits), radix: isHex ? 16 : 10)
    guard let first = digits.utf8.first, first == UInt8(ascii: ".") || (0x30...0x39).contains(first) else { return nil }
    if takes == .int {
      guard let whole else { return nil }
      self = .int(whole)
    } else {
      guard let number = whole.map({ Double($0) }) ?? Double(text), number.isFinite else { return nil }
      self = .double(number)
    }
  }
}

extension AggregateFunction.Takes {
  /// What an argument is compiled for; nil takes the type that the expression gives.
  fileprivate var column: ColumnType? {
    switch self {
    case .any, .number, .ordered: nil
    case .bool: .bool
    case .int: .int
    case .double: .double
    case .string: .string
    case .time: .time
    case .binary: .binary
    }
  }
}
