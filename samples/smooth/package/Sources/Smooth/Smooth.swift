import PluginKit

/// Operator `smooth`: the exponentially weighted mean of a number, for each key by itself.
///
/// After the first row of a key the mean moves to each number by `weight` of the difference (Holt 1957).
struct Smooth: Operator, Stateful {
  static let field = Option("field", .field, doc: "The number. A row without one, or without an event time, is rejected.")
  static let key = Option("key", .key, doc: "Rows with the same value have a mean of their own.")
  static let weight = Option("weight", .double, doc: "Weight of the newest number.", default: 0.2, minimum: 0, maximum: 1)
  static let component = Component(
    "smooth", doc: "Smooth a number, by key.", concurrency: .keyed, options: [field, key, weight],
    inputs: [.named(by: field, .double), .named(by: key, .string)],
    outputs: .fields([
      .init("time", .time, role: .eventTime), .init("key", .string, role: .key), .init("mean", .double),
    ]),
    example: """
      name: smooth
      sources:
        readings: { use: generate, with: { kind: sensors, count: 20, paced: false, seed: 7 } }
      operators:
        smooth: { use: smooth, from: readings, with: { field: value, key: source } }
      sinks:
        out: { use: stdout, from: smooth }

      """)
  static let stateVersion: UInt32 = 1

  private var field: Field
  private var key: Field
  private let weight: Double
  private var means = KeyedState<Double>()
  private let keys = KeyReader()
  private let rows = FrameBuilder()
  private let time: Int
  private let name: Int
  private let mean: Int

  init(_ config: Config) throws {
    field = Field(try config[Self.field])
    key = Field(try config[Self.key])
    weight = try config[Self.weight]
    time = try rows.addColumn("time", .time, role: .eventTime)
    name = try rows.addColumn("key", .string, role: .key)
    mean = try rows.addColumn("mean", .double)
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let numbers = field.numbers(of: batch)
    let names = key.texts(of: batch)
    let times = batch.frame.column(role: .eventTime)
    for row in batch.rows {
      guard let number = numbers[row], let times else {
        try out.reject(row, of: batch, times == nil ? "the row has no event time" : "the row has no number")
        continue
      }
      let weight = weight
      let smoothed = means.withValue(of: keys.bytes(of: names.column, row: row), or: number) { mean in
        mean += weight * (number - mean)
        return mean
      }
      rows.put(time, time: times.time(row))
      if let bytes = names[row] { rows.put(name, utf8: bytes) }
      rows.put(mean, smoothed)
      if rows.endRow() { try out.commit(rows) }
    }
    try out.commit(rows)
  }

  mutating func snapshot(_ writer: StateWriter) throws { try means.snapshot(writer) }
  mutating func restore(group: UInt32, _ reader: StateReader) throws { try means.restore(group: group, reader) }
}

private let plugin = Plugin(name: "smooth", version: "1.0.0", doc: "Smooth numbers.", license: "MIT") { Smooth.self }
@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
