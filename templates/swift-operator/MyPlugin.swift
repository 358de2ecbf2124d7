import PluginKit

/// Operator `my-plugin`: passes the rows whose number is greater than a limit.
struct MyPlugin: Operator {
  static let field = Option("field", .field, doc: "The number that is compared. A row without one does not pass.")
  static let above = Option("above", .double, doc: "The limit.", default: 0)
  static let component = Component(
    "my-plugin", doc: "Pass rows whose number is greater than a limit.", options: [field, above],
    inputs: [.named(by: field, .double)], outputs: .same,
    example: """
      name: my-plugin
      sources:
        readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }
      operators:
        high: { use: my-plugin, from: readings, with: { field: value, above: 25 } }
      sinks:
        out: { use: stdout, from: high }

      """)

  private var field: Field
  private let above: Double

  init(_ config: Config) throws {
    field = Field(try config[Self.field])
    above = try config[Self.above]
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let numbers = field.numbers(of: batch)
    try out.forward(batch) { row in
      guard let number = numbers[row] else { return false }
      return number > above
    }
  }
}

private let plugin = Plugin(name: "my-plugin", version: "0.1.0", doc: "Rows above a limit.") { MyPlugin.self }

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
