import PluginKit

private let plugin = Plugin(
  name: "generate", version: "0.1.0", doc: "Make events that look like real ones, the same for the same seed."
) {
  GenerateSource.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
