import PluginKit

/// Operator `reduce`: folds the rows of each key into accumulators, by expressions.
struct ReduceOperator: FoldOperator {
  static let initial = Option(
    "initial", .map(.expression(of: nil)),
    doc: "Accumulators, and what each begins with on the first row of a key: `total: 0.0`, or `first: value`.")
  static let with = Option(
    "with", .map(.expression(of: nil, variables: initial)),
    doc:
      "What a row makes of each accumulator, from its fields and all accumulators before it: `total: total + value`."
  )
  static let strict = Option(
    "strict", .bool,
    doc:
      "Send a row for which an expression errs to `dead`: it changes nothing. Otherwise that accumulator stays as it was.",
    default: false)
  static let component = Component(
    "reduce", doc: "Fold the rows of each key into accumulators, by expressions.", concurrency: .keyed,
    options: [FoldOptions.key, initial, with, FoldOptions.emit, FoldOptions.ttl, strict],
    inputs: [
      .named(by: FoldOptions.key), .named(by: initial, required: false), .named(by: with, required: false),
    ],
    outputs: .results(of: [FoldOptions.key, with], []), allocates: .amortised, keyedState: true, arrival: FoldOptions.arrival,
    eventTime: FoldOptions.eventTime, waits: FoldOptions.waits,
    example: """
      name: totals
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        totals:
          use: reduce
          from: readings
          with:
            key: source
            initial: { total: "0.0", peak: value }
            with: { total: total + value, peak: "math.greatest(peak, value)" }
      sinks:
        out: { use: stdout, from: totals }

      """)
  static let stateVersion: UInt32 = 1

  var run: FoldRun

  init(_ config: Config) throws {
    let (initial, with) = (try config[Self.initial], try config[Self.with])
    guard !with.isEmpty else {
      throw PluginError.config(
        "reduce needs an accumulator: write initial: { rows: \"0\" } and with: { rows: rows + 1 }", at: "with")
    }
    for entry in initial where !with.contains(where: { $0.name == entry.name }) {
      throw PluginError.config("nothing is made of '\(entry.name)': `with` has no such accumulator", at: entry.path)
    }
    let first = try with.map { entry in
      guard let begin = initial.first(where: { $0.name == entry.name }) else {
        throw PluginError.config(
          "'\(entry.name)' has no beginning: `initial` says what it is before the first row", at: entry.path)
      }
      return begin
    }
    let context = try FoldContext(config)
    run = FoldRun(context, try ReduceStore(context, initial: first, with: with, isStrict: try config[Self.strict]))
  }
}
