import PluginKit

private let plugin = Plugin(
  name: "fold", version: "0.1.0", doc: "State by key that each row moves on: folds by expressions, running aggregates."
) {
  ReduceOperator.self
  AggregateOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
