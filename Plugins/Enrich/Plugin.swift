import PluginKit

private let plugin = Plugin(
  name: "enrich", version: "0.1.0", doc: "Fields looked up in a table: a file of CSV or JSON that may change."
) {
  EnrichOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
