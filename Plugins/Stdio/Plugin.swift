import PluginKit

private let plugin = Plugin(
  name: "stdio", version: "0.1.0", doc: "Read events from standard input, write them to standard output."
) {
  StdinSource.self
  StdoutSink.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
