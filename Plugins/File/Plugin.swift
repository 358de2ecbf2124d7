import PluginKit

private let plugin = Plugin(name: "file", version: "0.1.0", doc: "Read events from files and write events to files.") {
  FileSource.self
  FileSink.self
}

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
