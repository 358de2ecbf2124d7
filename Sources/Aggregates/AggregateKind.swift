import PluginKit

/// Which function an aggregate is.
enum AggregateKind: String, CaseIterable {
  case count, sum, avg, min, max, first, last, stddev, variance, quantile, distinct, counts, top, list

  /// As the manifest of a plugin lists it.
  var function: AggregateFunction {
    AggregateFunction(rawValue, arguments, gives: result, order: order, doc: doc)
  }

  private var arguments: [AggregateFunction.Argument] {
    switch self {
    case .count: [.value("x", optional: true)]
    case .sum, .avg, .stddev, .variance: [.value("x", .number)]
    case .min, .max: [.value("x", .ordered)]
    case .first, .last, .distinct, .counts: [.value("x")]
    case .quantile: [.value("x", .number), .constant("q", .double, minimum: 0, maximum: 1)]
    case .top: [.value("x", .ordered), .constant("k", .int, minimum: 1, maximum: 1000)]
    case .list: [.value("x"), .constant("limit", .int, optional: true, minimum: 1, maximum: 10_000)]
    }
  }

  private var result: AggregateFunction.Result {
    switch self {
    case .count, .distinct: .type(.int)
    case .avg, .stddev, .variance, .quantile: .type(.double)
    case .sum, .min, .max, .first, .last: .argument
    case .counts, .top, .list: .type(.variant)
    }
  }

  /// Sums of integers are exact in any order; moments are added up as doubles.
  private var order: AggregateFunction.Order? {
    switch self {
    case .sum, .avg: .doubles
    case .stddev, .variance: .rows
    case .first, .last, .top, .list: .ties
    case .count, .min, .max, .quantile, .distinct, .counts: nil
    }
  }

  private var doc: String {
    switch self {
    case .count: "Rows; with an argument, rows in which it has a value."
    case .sum: "Sum: exact for integers, compensated for doubles; 0 of nothing."
    case .avg: "Mean."
    case .min: "Least value."
    case .max: "Greatest value."
    case .first: "Value of the earliest row, by event time and id."
    case .last: "Value of the latest row, by event time and id."
    case .stddev: "Sample standard deviation; null of fewer than two values."
    case .variance: "Sample variance; null of fewer than two values."
    case .quantile: "Value that a share q of the values does not exceed, within 1 %."
    case .distinct: "How many different values: exact up to 256, with a standard error of 1.6 % beyond."
    case .counts: "How often each value came, by value; null when there are more than 1,000 values."
    case .top: "The k greatest values, the greatest first."
    case .list: "The values by event time and id: the first 10,000, or as many as its second argument says."
    }
  }
}

/// An aggregate with what its function needs.
struct BoundAggregate {
  let name: String
  let kind: AggregateKind
  /// Nil for `count()`.
  let argument: Expression?
  let filter: Expression?
  /// The number in the text: q of `quantile`, k of `top`, limit of `list`.
  let parameter: Double

  /// Throws `config` for a call that the function's description does not allow.
  init(_ aggregate: Aggregate) throws {
    (name, argument, filter) = (aggregate.name, aggregate.arguments.first, aggregate.filter)
    guard let kind = AggregateKind(rawValue: aggregate.function.name) else {
      throw PluginError.config("'\(aggregate.function.name)' is no aggregate function", at: aggregate.path)
    }
    self.kind = kind
    guard argument != nil || kind == .count else {
      throw PluginError.config("'\(kind)' needs an argument", at: aggregate.path)
    }
    let range: ClosedRange<Double> =
      switch kind {
      case .top: 1...1000
      case .list: 1...10_000
      default: 0...1
      }
    guard let written = aggregate.constants.first?.number ?? (kind == .list ? range.upperBound : nil) else {
      guard kind != .quantile, kind != .top else {
        throw PluginError.config("'\(kind)' needs a number behind its argument", at: aggregate.path)
      }
      parameter = 0
      return
    }
    guard range.contains(written), kind == .quantile || written.rounded() == written else {
      throw PluginError.config("\(written) is out of the range of '\(kind)', \(range)", at: aggregate.path)
    }
    parameter = written
  }
}
