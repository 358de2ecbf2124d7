/// A function over the rows of a group.
public enum AggregateFunction: String, Sendable, CaseIterable {
  case count, sum, avg, min, max, first, last, stddev, variance, quantile, distinct, counts, top, list

  /// What its first argument may be.
  public enum Argument: Sendable {
    /// Any value, or none at all: then it is about rows.
    case optional
    case any
    case number
  }

  /// A second argument, written as a number.
  public struct Parameter: Sendable {
    public let name: String
    public let range: ClosedRange<Double>
    public let isInteger: Bool
    /// What holds when it is left out; nil when it must not be.
    public let standard: Double?
  }

  /// What it gives.
  public enum Result: Sendable {
    case int
    case double
    /// What the argument is: integers give an integer, durations a duration, numbers of both kinds either.
    case argument
    /// A list of values, as VARIANT.
    case list
    /// Integers by name, as VARIANT.
    case object
  }

  public var argument: Argument {
    switch self {
    case .count: .optional
    case .sum, .avg, .stddev, .variance, .quantile: .number
    case .min, .max, .first, .last, .distinct, .counts, .top, .list: .any
    }
  }

  public var parameter: Parameter? {
    switch self {
    case .quantile: Parameter(name: "q", range: 0...1, isInteger: false, standard: nil)
    case .top: Parameter(name: "k", range: 1...1000, isInteger: true, standard: nil)
    case .list: Parameter(name: "limit", range: 1...10_000, isInteger: true, standard: 10_000)
    default: nil
    }
  }

  public var result: Result {
    switch self {
    case .count, .distinct: .int
    case .avg, .stddev, .variance, .quantile: .double
    case .sum, .min, .max, .first, .last: .argument
    case .top, .list: .list
    case .counts: .object
    }
  }

  /// One sentence for reference pages.
  public var doc: String {
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
