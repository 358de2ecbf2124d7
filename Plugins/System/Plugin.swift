import PluginKit

private let plugin = Plugin(
  name: "system", version: "0.1.0", doc: "Watch this machine: CPU, memory, load, disks, network, processes."
) {
  SystemSource.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
