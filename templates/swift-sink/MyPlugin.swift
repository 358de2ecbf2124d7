import Glibc
import PluginKit

/// Sink `my-plugin`: writes rows to a file, in any format of the host.
struct MyPlugin: Sink {
  static let path = Option("path", .path, doc: "The file. What it held before is lost.")
  static let component = Component(
    "my-plugin", doc: "Write rows to a file.", concurrency: .single, codec: .encode, options: [path], blocking: true,
    example: """
      name: my-plugin
      sources:
        readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }
      sinks:
        out: { use: my-plugin, from: readings, with: { path: readings.jsonl } }

      """)

  private let host: Host
  private let path: String
  private var codec: Codec?
  private var file: Int32 = -1

  init(_ config: Config) throws {
    host = config.host
    path = try config[Self.path]
    guard !path.isEmpty else { throw PluginError.config("names no file", at: "path") }
  }

  mutating func open() throws {
    codec = try host.codec()
    // An instance that the host starts again after a failure goes on with its file.
    let isFirst = host.info.attempt == 0
    file = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (isFirst ? O_TRUNC : O_APPEND), 0o644)
    guard file >= 0 else { throw PluginError.fatal("\(path): \(errnoText(errno))") }
    if !isFirst { try codec?.begin(continued: true) }
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard let codec else { throw PluginError.fatal("process before open") }
    var rest = try codec.encode(batch)
    while !rest.isEmpty {
      let written = write(file, rest.baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw PluginError.fatal("\(path): \(errnoText(errno))") }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  mutating func close() {
    _ = Glibc.close(file)
    file = -1
  }
}

private let plugin = Plugin(name: "my-plugin", version: "0.1.0", doc: "Rows to a file.") { MyPlugin.self }

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
