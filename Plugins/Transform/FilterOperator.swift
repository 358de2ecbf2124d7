import PluginKit

/// Operator `filter`: passes the rows for which a condition is true.
struct FilterOperator: Operator {
  static let condition = Option("where", .condition, doc: "The condition that a row must satisfy, such as value > 60.0.")
  static let strict = StrictOption.option(otherwise: "such a row does not pass, and is counted")
  static let component = Component(
    "filter", doc: "Pass the rows for which a condition is true.", concurrency: .stateless, options: [condition, strict],
    inputs: [], outputs: .same,
    example: """
      name: hot
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        hot: { use: filter, from: readings, with: { where: 'value > 60.0 && quality == "good"' } }
      sinks:
        out: { use: stdout, from: hot }

      """)

  private let condition: Expression
  private let isStrict: Bool

  init(_ config: Config) throws {
    condition = try config[Self.condition]
    isStrict = try config[Self.strict]
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let matches = try condition.filter(batch)
    try out.forward(batch, rows: matches.rows)
    if isStrict, matches.erring.count > 0 { try out.reject(matches.erring, of: batch, condition, "where") }
  }
}
