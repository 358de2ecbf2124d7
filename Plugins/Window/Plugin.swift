import PluginKit

private let plugin = Plugin(
  name: "window", version: "0.1.0", doc: "Windows over time: what the rows of a key and a stretch of time add up to."
) {
  WindowOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
