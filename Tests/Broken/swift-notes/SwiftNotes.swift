// Expect: hot-syscalls fail
// Notes every batch in a file of its own.
import Glibc
import PluginKit

struct SwiftNotes: Operator {
  static let component = Component(
    "swift-notes", doc: "Has one fault.", concurrency: .stateless, inputs: [.field("value", .int)], outputs: .same)
  init(_ config: Config) throws {}

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let file = Glibc.open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { Glibc.close(file) }
    try out.forward(batch)
  }
}

private let plugin = Plugin(name: "swift-notes", version: "1.0.0", doc: "Has one fault.", license: "MIT") { SwiftNotes.self }
@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
