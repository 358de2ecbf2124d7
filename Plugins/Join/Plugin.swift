import PluginKit

private let plugin = Plugin(
  name: "join", version: "0.1.0", doc: "Rows of two inputs that belong together: of one window, or near in time."
) {
  JoinOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
