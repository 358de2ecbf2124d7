// Expect: process-one-row crash
// Takes an element that its array does not have.
import PluginKit

struct SwiftTrap: Operator {
  static let component = Component(
    "swift-trap", doc: "Has one fault.", concurrency: .stateless, inputs: [.field("value", .int)], outputs: .same)
  private var seen: [Int] = []

  init(_ config: Config) throws {}

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    seen[0] += batch.count
    try out.forward(batch)
  }
}

private let plugin = Plugin(name: "swift-trap", version: "1.0.0", doc: "Has one fault.", license: "MIT") { SwiftTrap.self }
@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
