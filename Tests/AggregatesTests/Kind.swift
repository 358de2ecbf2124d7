import Aggregates
import PluginKit

/// The functions by name, for tests.
enum Kind: String, CaseIterable {
  case count, sum, avg, min, max, first, last, stddev, variance, quantile, distinct, counts, top, list
}

extension Aggregate {
  init(_ name: String, _ kind: Kind, _ argument: Expression? = nil, parameter: Double? = nil, filter: Expression? = nil) {
    let function = AggregateSet.functions.first { $0.name == kind.rawValue }!
    self.init(
      name: name, function: function, arguments: argument.map { [$0] } ?? [], constants: parameter.map { [.double($0)] } ?? [],
      filter: filter)
  }

  var kind: Kind { Kind(rawValue: function.name)! }
  var argument: Expression? { arguments.first }
  var parameter: Double? { constants.first?.number }
}
