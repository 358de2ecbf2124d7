import PluginKit

private let plugin = Plugin(
  name: "transform", version: "0.1.0",
  doc: "Filter, change, route and key rows by expressions, rate their severity, explode their lists."
) {
  FilterOperator.self
  MapOperator.self
  FlatMapOperator.self
  RouteOperator.self
  KeyByOperator.self
  SeverityOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
