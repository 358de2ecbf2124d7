import Aggregates
import PluginKit

/// Operator `aggregate`: what the rows of each key add up to so far.
struct AggregateOperator: FoldOperator {
  static let aggregate = Option(
    "aggregate", .aggregates(of: AggregateSet.functions), doc: "Names of results, and what each is: `mean: avg(value)`.")
  static let component = Component(
    "aggregate", doc: "Send what the rows of each key add up to so far.", concurrency: .keyed,
    options: [FoldOptions.key, aggregate, FoldOptions.emit, FoldOptions.ttl],
    inputs: [.named(by: FoldOptions.key), .named(by: aggregate, required: false)],
    outputs: .results(of: [FoldOptions.key, aggregate], []), allocates: .amortised, keyedState: true,
    arrival: FoldOptions.arrival, eventTime: FoldOptions.eventTime, waits: FoldOptions.waits,
    example: """
      name: sofar
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 }, watermark: { delay: 5s } }
      operators:
        sofar:
          use: aggregate
          from: readings
          with: { key: source, aggregate: { readings: count(), mean: avg(value), high: max(value) }, emit: watermark }
      sinks:
        out: { use: stdout, from: sofar }

      """)
  static let stateVersion: UInt32 = 1

  var run: FoldRun

  init(_ config: Config) throws {
    let aggregates = try config[Self.aggregate]
    guard !aggregates.isEmpty else {
      throw PluginError.config("aggregate needs a result: write aggregate: { rows: count() }", at: "aggregate")
    }
    let context = try FoldContext(config)
    run = FoldRun(context, AggregateStore(context, try AggregateSet(aggregates)))
  }
}
