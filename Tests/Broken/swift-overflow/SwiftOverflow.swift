// Expect: extreme-values crash
// Negates whatever comes, and Int64.min has no opposite.
import PluginKit

struct SwiftOverflow: Operator {
  static let component = Component(
    "swift-overflow", doc: "Has one fault.", concurrency: .stateless, inputs: [.field("value", .int)], outputs: .same)
  private var value = Field("value")
  private var least = Int64.max

  init(_ config: Config) throws {}

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let values = value.column(of: batch)
    for row in batch.rows where values.type == .int { least = min(least, -values.int(row)) }
    try out.forward(batch)
  }
}

private let plugin = Plugin(name: "swift-overflow", version: "1.0.0", doc: "Has one fault.", license: "MIT") {
  SwiftOverflow.self
}
@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
