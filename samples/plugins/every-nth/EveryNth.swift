import PluginKit

/// Operator `every-nth`: passes every n-th row, beginning with the first.
struct EveryNth: Operator {
  static let n = Option("n", .int, doc: "One row of so many passes.", default: 10, minimum: 1)
  static let component = Component(
    "every-nth", doc: "Pass every n-th row, beginning with the first.", concurrency: .single, options: [n], inputs: [],
    outputs: .same,
    example: "sources: { s: { use: generate, with: { count: 30, paced: false } } }\n"
      + "operators: { o: { use: every-nth, from: s } }\nsinks: { out: { use: stdout, from: o } }\n")
  private let n: Int
  private var seen = 0

  init(_ config: Config) throws { n = try config[Self.n] }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    try out.forward(batch) { _ in
      defer { seen += 1 }
      return seen % n == 0
    }
  }
}

private let plugin = Plugin(name: "every-nth", version: "1.0.0", doc: "Thin out rows.", license: "MIT") { EveryNth.self }
@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
