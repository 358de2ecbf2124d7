import PluginKit

private let plugin = Plugin(
  name: "parse", version: "0.1.0", doc: "Make fields of texts: JSON, CSV, key=value, patterns, syslog, access logs, times."
) {
  ParseOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
