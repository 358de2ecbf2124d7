import PluginKit

/// Operator `key_by`: gives rows a key.
struct KeyByOperator: Operator {
  static let key = Option("key", .expression(of: nil), doc: "The key: a field, or an expression such as zone + \"/\" + source.")
  static let strict = StrictOption.option(otherwise: "it has no key, and is counted")
  static let component = Component(
    "key_by", doc: "Give rows the key by which operators behind it keep state.", concurrency: .stateless,
    options: [key, strict],
    inputs: [], outputs: .merged,
    example: """
      name: keyed
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        keyed: { use: key_by, from: readings, with: { key: source + "/" + type } }
      sinks:
        out: { use: stdout, from: keyed }

      """)

  private let key: Expression
  private let isStrict: Bool
  private let changes: FrameDeriver
  private let texts = KeyTexts()
  private let rows = RowBuffer()
  private let erring = RowBuffer()

  init(_ config: Config) throws {
    key = try config[Self.key]
    isStrict = try config[Self.strict]
    changes = try FrameDeriver([.set(role: .key)])
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    try batch.forEachPart { try send($0, &out) }
  }

  /// Sends the rows that have room for their keys, and gives their number.
  private mutating func send(_ batch: Batch, _ out: inout Output) throws -> Int {
    let found = try key.values(of: batch)
    let count = batch.count - found.leftCount
    let values = texts.keys(found)
    if count == batch.count, !isStrict || values.errorCount == 0 {
      try out.send(batch, changing: changes, values: [values])
      return count
    }
    rows.clear()
    erring.clear()
    for index in 0..<count {
      (isStrict && values.state(index) == .error ? erring : rows).append(batch.row(at: index))
    }
    try out.send(batch, rows: rows.rows, changing: changes, values: [values])
    // Asking why ends what the expression gave for the batch.
    try out.reject(erring.rows, of: batch, key, "key")
    return count
  }
}
