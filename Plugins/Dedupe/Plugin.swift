import PluginKit

private let plugin = Plugin(name: "dedupe", version: "0.1.0", doc: "Drop rows that came before, by key.") {
  DedupeOperator.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
