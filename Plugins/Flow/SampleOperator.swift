import PluginKit

/// Operator `sample`: passes a share of the rows, chosen by a hash, or one row of so many.
struct SampleOperator: Operator, Stateful {
  static let rate = Option(
    optional: "rate", .double, doc: "Share of the rows that pass, chosen by a hash of their id, or of the field `by`.",
    minimum: 0, maximum: 1)
  static let by = Option(
    optional: "by", .field,
    doc:
      "With `rate`: rows with the same value of this field pass together or not at all. A row without one is drawn by its id.")
  static let seed = Option(optional: "seed", .int, doc: "With `rate`: another seed draws other rows. 0 when left out.")
  static let every = Option(optional: "every", .int, doc: "One row of so many passes, beginning with the first.", minimum: 1)
  static let component = Component(
    "sample", doc: "Pass a share of the rows, the same ones in every run, or one row of so many.", concurrency: .single,
    options: [rate, by, seed, every], inputs: [.named(by: by, required: false)], outputs: .same,
    example: """
      name: sampled
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        some: { use: sample, from: readings, with: { rate: 0.1 } }
      sinks:
        out: { use: stdout, from: some }

      """)

  private let share: HashShare?
  private var field: Field?
  private let seed: UInt64
  private var nth: EveryNth
  private let keys = KeyReader()
  private var verdicts = DictionaryVerdicts()
  /// Number of the next row: it stands in for an id that a row lacks.
  private var number: Int64 = 0

  init(_ config: Config) throws {
    let rate = try config[Self.rate]
    let every = try config[Self.every]
    guard (rate == nil) != (every == nil) else {
      throw PluginError.config("sample needs either `rate` or `every`", at: rate == nil ? "rate" : "every")
    }
    let by = try config[Self.by]
    let seed = try config[Self.seed]
    if by != nil, rate == nil { throw PluginError.config("`by` goes with `rate`, not with `every`", at: "by") }
    if seed != nil, rate == nil { throw PluginError.config("`seed` goes with `rate`, not with `every`", at: "seed") }
    share = rate.map { HashShare($0) }
    field = by.map { Field($0) }
    self.seed = UInt64(bitPattern: Int64(seed ?? 0))
    nth = EveryNth(every ?? 1)
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard let share else { return try out.forward(batch) { _ in nth.keepsNext() } }
    let id = batch.frame.column(role: .id) ?? batch.frame.column(-1)
    let column = field?.column(of: batch) ?? id
    let codes = column.dictionary.map { $0.count <= batch.count } ?? false ? column.codes : nil
    if codes != nil { verdicts.begin(entries: column.dictionary?.count ?? 0) }
    try out.forward(batch) { row in
      defer { number &+= 1 }
      if column.isValid(row) {
        guard let codes else { return share.keeps(keys.hash(of: column, row: row, seed: seed)) }
        return verdicts.verdict(Int(codes[row])) { share.keeps(keys.hash(of: column, row: row, seed: seed)) }
      }
      let spare = id.isValid(row) ? keys.hash(of: id, row: row, seed: seed) : keys.hash(of: number, seed: seed)
      return share.keeps(spare)
    }
  }
}

extension SampleOperator {
  static let stateVersion: UInt32 = 1

  /// Where in its interval `every` stands, and the number of the next row.
  mutating func snapshot(_ writer: StateWriter) throws {
    try writer.write(Int64(nth.left))
    try writer.write(number)
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    nth.resume(left: Int(try reader.read(Int64.self)))
    number = try reader.read()
  }
}
