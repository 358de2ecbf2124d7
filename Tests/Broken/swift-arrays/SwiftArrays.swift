// Expect: hot-allocations fail
// Collects the rows of every batch in arrays of their own.
import PluginKit

struct SwiftArrays: Operator {
  static let component = Component(
    "swift-arrays", doc: "Has one fault.", concurrency: .stateless, inputs: [.field("value", .int)], outputs: .same)
  init(_ config: Config) throws {}

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let rows = batch.rows.map { UInt16($0) }
    try rows.sorted().withUnsafeBufferPointer { try out.forward(batch, rows: $0) }
  }
}

private let plugin = Plugin(name: "swift-arrays", version: "1.0.0", doc: "Has one fault.", license: "MIT") { SwiftArrays.self }
@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
