import PluginKit

/// What the rows of a window may be asked for.
enum MovingFunction: String, CaseIterable {
  case count, sum, avg, min, max, stddev, variance

  static let all = allCases.map(\.function)

  private var function: AggregateFunction {
    AggregateFunction(rawValue, arguments, gives: result, doc: doc)
  }

  private var arguments: [AggregateFunction.Argument] {
    self == .count ? [.value("x", optional: true)] : [.value("x", .number)]
  }

  private var result: AggregateFunction.Result {
    switch self {
    case .count: .type(.int)
    case .avg, .stddev, .variance: .type(.double)
    case .sum, .min, .max: .argument
    }
  }

  private var doc: String {
    switch self {
    case .count: "Rows of the window; with an argument, rows in which it has a value."
    case .sum: "Sum: exact for integers, compensated for doubles; 0 of nothing."
    case .avg: "Mean: the moving average."
    case .min: "Least value."
    case .max: "Greatest value."
    case .stddev: "Sample standard deviation; null of fewer than two values."
    case .variance: "Sample variance; null of fewer than two values."
    }
  }

  /// What a track keeps for it.
  var parts: Track.Parts {
    switch self {
    case .count: []
    case .sum, .avg: .sum
    case .min, .max: .extremes
    case .stddev, .variance: .moments
    }
  }
}
