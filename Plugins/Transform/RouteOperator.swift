import PluginKit

/// Operator `route`: sends rows to the ports whose conditions they satisfy.
struct RouteOperator: Operator {
  enum Match: String, CaseIterable, Sendable {
    case first, all
  }

  static let cases = Option(
    "cases", .map(.condition), doc: "Ports and the conditions for them, in order, such as hot: value > 60.0.")
  static let match = Option(
    "match", .choice(Match.self), doc: "Whether a row goes to the first port whose condition is true, or to all of them.",
    default: .first)
  static let strict = StrictOption.option(otherwise: "that condition counts as false, and the row is counted")
  static let component = Component(
    "route", doc: "Send rows to the ports whose conditions they satisfy.", concurrency: .stateless,
    options: [cases, match, strict],
    outputPorts: [.init("default", doc: "Rows for which no condition is true.")], outputPortsFrom: cases, inputs: [],
    outputs: .same,
    example: """
      name: levels
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        levels: { use: route, from: readings, with: { cases: { hot: value > 60.0, cold: value < 20.0 } } }
      sinks:
        hot: { use: stdout, from: levels.hot }
        others: { use: stdout, from: [levels.cold, levels.default] }

      """)

  private let cases: [(option: String, condition: Expression, port: UInt32)]
  private let match: Match
  private let isStrict: Bool
  private let defaultPort: UInt32
  /// By frame row: a bit when the row is settled.
  private var settled = [Bool](repeating: false, count: Int(TIDE_MAX_ROWS))
  /// By frame row: it went to the dead-letter port.
  private var rejected = [Bool](repeating: false, count: Int(TIDE_MAX_ROWS))
  private let rows = RowBuffer()

  init(_ config: Config) throws {
    match = try config[Self.match]
    isStrict = try config[Self.strict]
    defaultPort = config.host.port("default")?.index ?? 0
    let entries = try config[Self.cases]
    guard !entries.isEmpty else { throw PluginError.config("route needs at least one case", at: "cases") }
    cases = try entries.map { entry in
      guard let port = config.host.port(entry.name) else {
        throw PluginError.config("there is no port '\(entry.name)'", at: entry.path)
      }
      return (entry.path, entry.value, port.index)
    }
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    for index in 0..<batch.count {
      settled[Int(batch.row(at: index))] = false
      rejected[Int(batch.row(at: index))] = false
    }
    if isStrict, match == .all {
      // A row that errs anywhere goes nowhere else.
      for entry in cases {
        try reject(try entry.condition.filter(batch).erring, batch, entry.condition, entry.option, &out)
      }
    }
    for entry in cases {
      let matches = try entry.condition.filter(batch)
      rows.clear()
      for row in matches.rows where !rejected[Int(row)] && !(match == .first && settled[Int(row)]) {
        rows.append(row)
      }
      try out.forward(batch, rows: rows.rows, to: entry.port)
      for row in rows.rows { settled[Int(row)] = true }
      if isStrict, match == .first { try reject(matches.erring, batch, entry.condition, entry.option, &out) }
    }
    rows.clear()
    for index in 0..<batch.count {
      let row = batch.row(at: index)
      if !settled[Int(row)] { rows.append(row) }
    }
    try out.forward(batch, rows: rows.rows, to: defaultPort)
  }

  /// Of the rows that err, those that no case before has taken.
  private mutating func reject(
    _ erring: UnsafeBufferPointer<UInt16>, _ batch: Batch, _ condition: Expression, _ option: String, _ out: inout Output
  ) throws {
    for row in erring where !settled[Int(row)] {
      let why = condition.why(Int(row), of: batch) ?? "the condition has no value"
      try out.reject(Int(row), of: batch, "'\(option)': \(why)")
      settled[Int(row)] = true
      rejected[Int(row)] = true
    }
  }
}
