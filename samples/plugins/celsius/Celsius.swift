import PluginKit

/// Operator `celsius`: turns readings in °F into readings in °C.
///
/// A reading that is missing stays missing. A row without an event time, or with something else than a number, goes to the
/// dead-letter port.
struct Celsius: Operator {
  static let field = Option("field", .field, doc: "The reading in °F.", default: "fahrenheit")
  static let component = Component(
    "celsius", doc: "Turn readings in °F into °C.", options: [field],
    inputs: [.named(by: field, .double)],
    outputs: .fields([.init("time", .time, role: .eventTime), .init("celsius", .double, doc: "Null where the reading is.")]),
    example: """
      name: celsius
      sources:
        readings: { use: generate, with: { kind: sensors, count: 5, paced: false, seed: 7 } }
      operators:
        celsius: { use: celsius, from: readings, with: { field: value } }
      sinks:
        out: { use: stdout, from: celsius }

      """)

  private var fahrenheit: Field
  private let rows = FrameBuilder()
  private let time: Int
  private let celsius: Int

  init(_ config: Config) throws {
    fahrenheit = Field(try config[Self.field])
    time = try rows.addColumn("time", .time, role: .eventTime)
    celsius = try rows.addColumn("celsius", .double)
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let readings = fahrenheit.numbers(of: batch)
    let times = batch.frame.column(role: .eventTime)
    for row in batch.rows {
      guard let times, readings.areNumbers else {
        try out.reject(row, of: batch, times == nil ? "the row has no event time" : "the reading is not a number")
        continue
      }
      rows.put(time, time: times.time(row))
      if let reading = readings[row] { rows.put(celsius, (reading - 32) * 5 / 9) }
      if rows.endRow() { try out.commit(rows) }
    }
    try out.commit(rows)
  }
}

private let plugin = Plugin(name: "celsius", version: "1.0.0", doc: "Degrees Celsius.", license: "MIT") { Celsius.self }
@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
