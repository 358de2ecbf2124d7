import Aggregates
import PluginKit

extension AggregateSet {
  static var functions: [PluginKit.AggregateFunction] {
    Aggregates.AggregateFunction.allCases.map { function in
      var arguments: [PluginKit.AggregateFunction.Argument] = []
      switch function.argument {
      case .optional: arguments.append(.value("x", .any, optional: true))
      case .any: arguments.append(.value("x"))
      case .number: arguments.append(.value("x", .number))
      }
      if let parameter = function.parameter {
        arguments.append(
          .constant(
            parameter.name, parameter.isInteger ? .int : .double, optional: parameter.standard != nil,
            minimum: parameter.range.lowerBound, maximum: parameter.range.upperBound))
      }
      let result: PluginKit.AggregateFunction.Result =
        switch function.result {
        case .int: .type(.int)
        case .double: .type(.double)
        case .argument: .argument
        case .list, .object: .type(.variant)
        }
      return PluginKit.AggregateFunction(function.rawValue, arguments, gives: result, doc: function.doc)
    }
  }

  convenience init(_ written: [PluginKit.Aggregate]) throws {
    try self.init(
      written.map {
        Aggregates.Aggregate(
          $0.name, Aggregates.AggregateFunction(rawValue: $0.function.name)!, $0.arguments.first,
          parameter: $0.constants.first?.number, filter: $0.filter)
      })
  }
}
