import PluginKit

private let plugin = Plugin(
  name: "flow", version: "0.1.0", doc: "Shape a stream: gather its rows into batches, sample them, limit their rate."
) {
  BatchOperator.self
  SampleOperator.self
  ThrottleOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
