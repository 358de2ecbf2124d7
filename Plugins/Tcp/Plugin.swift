import PluginKit

private let plugin = Plugin(
  name: "tcp", version: "0.1.0", doc: "Read events from clients over TCP, send events to a server over TCP."
) {
  TcpSource.self
  TcpSink.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
