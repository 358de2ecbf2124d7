import PluginKit

private let plugin = Plugin(
  name: "rolling", version: "0.1.0",
  doc: "Statistics that go along with the rows of a key: moving averages, rates of change, heavy hitters."
) {
  MovingOperator.self
  RateOperator.self
  TopOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
