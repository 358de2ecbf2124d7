import PluginKit

/// Operator `dedupe`: passes the first row of each key, and drops those that repeat it.
struct DedupeOperator: Operator, Stateful, WatermarkHandler {
  // Its values are numbers.
  struct Approximate: OptionRecord {
    static let keys = Option("keys", .int, doc: "Keys that come within `ttl`, at most.", minimum: 1, maximum: 1_000_000_000)
    static let error = Option(
      "error", .double, doc: "Share of new rows that may be taken for repeated ones.", default: 0.001, minimum: 0.000_001,
      maximum: 0.1)
    static var members: [any DeclaredOption] { [keys, error] }
    let keys: Int, error: Double

    init(_ config: Config) throws {
      keys = try config[Self.keys]
      error = try config[Self.error]
    }
  }

  static let key = Option(
    optional: "key", .list(.key), doc: "A field, or several: rows with the same values are the same. Or `by`.")
  static let by = Option(
    optional: "by", .expression(of: nil), doc: "What rows are compared by, in place of `key`: `url.lowerAscii()`.")
  static let ttl = Option(
    optional: "ttl", .duration,
    doc: "How far apart, in event time, rows still count as repeated. For ever when left out.", minimum: 1_000_000)
  static let extend = Option(
    "extend", .bool,
    doc: "Count `ttl` from the last row of a key, repeated ones included, instead of from the one that passed.",
    default: false)
  static let approximate = Option(
    optional: "approximate", .record(Approximate.self),
    doc: "Remember fingerprints in a bounded memory instead of the keys: now and then a new row is dropped.")
  static let strict = Option(
    "strict", .bool,
    doc: "Send a row for which `by` errs to the dead-letter port, with the reason. Otherwise it passes, and is counted.",
    default: false)
  static let component = Component(
    "dedupe", doc: "Pass the first row of each key, and drop those that repeat it.", concurrency: .keyed,
    options: [key, by, ttl, extend, approximate, strict],
    outputPorts: [.init("out", doc: "rows that came first"), .init("duplicates", doc: "rows that repeat one")],
    inputs: [.named(by: key, required: false), .named(by: by, required: false)], outputs: .same, allocates: .amortised,
    keyedState: true,
    arrival: [.init(partitions: true, reason: "the row that comes first passes")],
    eventTime: [.init(with: ttl)],
    waits: [.init(with: ttl, without: approximate, reason: "gives back the memory of keys")],
    example: """
      name: once
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 }, watermark: { delay: 5s } }
      operators:
        once: { use: dedupe, from: readings, with: { key: [source, value], ttl: 1h } }
      sinks:
        out: { use: stdout, from: once }

      """)
  static let stateVersion: UInt32 = 1

  private static let duplicatesPort: UInt32 = 1

  private let host: Host
  private let by: Expression?
  private let isStrict: Bool
  private let needsTimes: Bool
  private let memory: any DedupeMemory
  private let keyed: DerivedBatch?
  private var keyFields: [Field]
  private var columns: [ColumnView] = []
  private let times = RowTimes()
  private var watermark = Int64.min
  private var limits: StateGuard
  private let passing = ValueBuffer<UInt16>()
  private let repeated = ValueBuffer<UInt16>()
  private let erring = ValueBuffer<UInt16>()
  private var log = LogLimit()
  private var forgotten = 0

  init(_ config: Config) throws {
    host = config.host
    let names = try config[Self.key] ?? []
    by = try config[Self.by]
    guard by == nil || names.isEmpty else {
      throw PluginError.config("rows are compared by `key` or by an expression: leave one out", at: "by")
    }
    guard by != nil || !names.isEmpty else {
      throw PluginError.config("dedupe needs `key` or `by`: what rows are compared by", at: "key")
    }
    if by == nil, try config[Self.strict] {
      throw PluginError.config("`strict` is of `by`, and a `key` never errs: leave it out", at: "strict")
    }
    let (ttl, extends) = (try config[Self.ttl]?.wholeNanoseconds, try config[Self.extend])
    if extends, ttl == nil { throw PluginError.config("without `ttl` there is nothing to extend", at: "extend") }
    keyFields = names.map { Field($0) }
    keyed = by == nil ? nil : try DerivedBatch([.keep([]), .set(Self.by.name)])
    isStrict = try config[Self.strict]
    needsTimes = ttl != nil
    let fields = max(names.count, 1)
    if let bound = try config[Self.approximate] {
      guard let ttl else {
        throw PluginError.config("a bounded memory needs `ttl`: how long it is to remember", at: "approximate")
      }
      let shape = FingerprintShape(keys: bound.keys, error: bound.error, ttl: ttl)
      memory = FingerprintMemory(shape, fields: fields, extends: extends)
    } else {
      memory = ExactMemory(ttl: ttl, fields: fields, extends: extends)
    }
    limits = try StateGuard(host.info.state, of: "the keys seen")
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    if !times.read(batch) {
      if needsTimes {
        throw PluginError.config(
          "the rows that come in have no event time: give their source one with `time`, or leave `ttl` out", at: "ttl")
      }
      times.read(batch, all: 0)
    }
    erring.removeAll()
    let compared = try comparedRows(batch)
    let moments = Moments(times: times.times, batch: times.areSomeBehind ? batch : nil)
    let isNew = memory.judge(compared, columns, moments)
    passing.removeAll()
    repeated.removeAll()
    var next = 0
    for at in 0..<batch.count {
      let row = batch.row(at: at)
      if next < erring.count, erring[next] == row {
        next += 1
      } else if isNew[at] {
        passing.append(row)
      } else {
        repeated.append(row)
      }
    }
    try out.forward(batch, rows: passing.values)
    try out.forward(batch, rows: repeated.values, to: Self.duplicatesPort)
    if let by {
      for row in erring.values {
        try out.reject(Int(row), of: batch, "'by': \(by.why(Int(row), of: batch) ?? "the expression has no value")")
      }
    }
    tellForgotten()
    let memory = memory
    try limits.check(
      keys: { memory.keyCount }, bytes: { memory.byteCount }, trim: { [watermark] in memory.expire(at: watermark) })
  }

  /// The rows with the columns that they are compared by, in `columns`: of the batch itself, or of a copy with what `by` gives.
  private mutating func comparedRows(_ batch: Batch) throws -> Batch {
    columns.removeAll(keepingCapacity: true)
    guard let by, let keyed else {
      for at in keyFields.indices { columns.append(keyFields[at].column(of: batch)) }
      return batch
    }
    let values = try by.values(of: batch)
    if isStrict, values.errorCount > 0 {
      for at in 0..<batch.count where values.state(at) == .error {
        erring.append(batch.row(at: at))
      }
    }
    let copy = try keyed.derive(batch, values: [values])
    columns.append(copy.frame.column(named: Self.by.name)!)
    return copy
  }

  private mutating func tellForgotten() {
    let now = memory.forgotten
    guard now > forgotten else { return }
    let more = now - forgotten
    forgotten = now
    let keys = more == 1 ? "key was" : "keys were"
    log.log(
      .warning, "\(more) \(keys) forgotten before their time: more came within `ttl` than `approximate.keys` says", host)
  }

  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    guard port == nil, time > watermark else { return }
    watermark = time
    memory.expire(soonAt: time)
  }

  mutating func snapshot(_ writer: StateWriter) throws {
    memory.expire(at: watermark)
    try memory.snapshot(writer)
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    guard group != StateWriter.allGroups else {
      throw PluginError(.state, "the saved state has a part of no key group, and dedupe keeps none")
    }
    try memory.restore(group: group, reader)
  }
}
