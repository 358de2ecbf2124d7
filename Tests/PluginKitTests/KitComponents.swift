import PluginKit

/// A rule of `Ruled`.
struct SampleRule: OptionRecord {
  static let field = Option("field", .field, doc: "What is compared.")
  static let above = Option("above", .double, doc: "With what.", default: 0)
  static var members: [any DeclaredOption] { [field, above] }

  let field: String
  let above: Double

  init(_ config: Config) throws {
    field = try config[Self.field]
    above = try config[Self.above]
    if field == "odd" { throw PluginError.config("is no name", at: "field") }
  }
}

/// Logs the records of its options.
struct Ruled: Operator {
  static let rules = Option("rules", .list(of: SampleRule.self), doc: "Rules.", minimum: 1)
  static let named = Option(optional: "named", .map(of: SampleRule.self), doc: "Rules by name.")
  static let component = Component("ruled", doc: "Has rules.", options: [rules, named])

  init(_ config: Config) throws {
    for rule in try config[Self.rules] { config.host.log(.info, "\(rule.field) \(rule.above)") }
    for entry in try config[Self.named] ?? [] { config.host.log(.info, "\(entry.name): \(entry.value.field)") }
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {}
}

/// Counts rows by the text of `name`, and rows in all.
struct KeyCount: Operator, Stateful {
  static let component = Component("key-count", doc: "Counts by key.", concurrency: .keyed, inputs: [.field("name")])
  static let stateVersion: UInt32 = 1

  private var name = Field("name")
  private let reader = KeyReader()
  var counts = KeyedState<Int64>()

  init(_ config: Config) throws {}

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let names = name.column(of: batch)
    for row in batch.rows { counts.withValue(of: reader.bytes(of: names, row: row), or: 0) { $0 &+= 1 } }
  }

  mutating func snapshot(_ writer: StateWriter) throws { try counts.snapshot(writer) }
  mutating func restore(group: UInt32, _ reader: StateReader) throws { try counts.restore(group: group, reader) }

  mutating func flush(_ out: inout Output) throws {
    counts.forEach { _, count in out.host.log(.info, "\(count)") }
  }
}

/// Keeps the largest value and where it was, by Swift's coding.
struct Largest: Operator, CodableState {
  struct State: Codable, Equatable {
    var rows = 0
    var largest: Double?
    var seen: [String: [Int64]] = [:]
  }

  static let component = Component("largest", doc: "Keeps the largest.", concurrency: .single, inputs: [.field("value")])

  var state = State()
  private var value = Field("value")

  init(_ config: Config) throws {}

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let values = value.numbers(of: batch)
    for row in batch.rows {
      state.rows &+= 1
      guard let value = values[row] else { continue }
      state.largest = max(value, state.largest ?? value)
      state.seen[value < 0 ? "below" : "above", default: []].append(Int64(row))
    }
  }

  mutating func flush(_ out: inout Output) throws { out.host.log(.info, "\(state.rows) \(state.largest as Any)") }
}

/// A source of two partitions that counts from a position.
struct Counting: PartitionedSource {
  static let component = Component("counting", doc: "Counts in partitions.", outputs: .fields([.init("n", .int)]))

  private var next: [UInt32: Int64] = [:]
  private let rows = FrameBuilder()
  private let n: Int

  init(_ config: Config) throws { n = try rows.addColumn("n", .int) }

  mutating func partitions() throws -> [String] { ["left", "right"] }

  mutating func assign(_ partition: String, number: UInt32, position: [UInt8]) throws {
    guard ["left", "right"].contains(partition) else { throw PluginError.fatal("there is no partition '\(partition)'") }
    next[number] = position.isEmpty ? 0 : Int64(position[0])
  }

  mutating func revoke(number: UInt32) throws { next[number] = nil }
  mutating func position(of number: UInt32) throws -> [UInt8] { [UInt8(next[number] ?? 0)] }

  mutating func poll(deadline: Int64, _ out: inout Output) throws -> PollResult {
    for number in next.keys.sorted() {
      rows.stream = number
      rows.put(n, next[number]!)
      rows.endRow()
      next[number]! += 1
      try out.commit(rows)
    }
    return next.isEmpty ? .end : .ready
  }
}

/// Holds every batch back by one.
struct Delay: Operator {
  static let component = Component("delay", doc: "Holds a batch.", concurrency: .single, outputs: .same)

  private let host: Host
  private var held: RetainedBatch?

  init(_ config: Config) throws { host = config.host }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    if let held { try out.forward(held.batch) }
    held = try RetainedBatch(batch, host)
  }

  mutating func flush(_ out: inout Output) throws {
    if let held { try out.forward(held.batch) }
    held = nil
  }
}

/// Passes rows whose `text` is "good", and logs the sum of `whole`.
struct Views: Operator {
  static let component = Component("views", doc: "Reads by views.", inputs: [.field("text"), .field("whole")], outputs: .same)

  private var isGood = TextMatch("text", equals: "good")
  private var whole = Field("whole")
  private var text = Field("text")

  init(_ config: Config) throws {}

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let good = isGood.rows(of: batch)
    let numbers = whole.integers(of: batch)
    let texts = text.texts(of: batch)
    var sum: Int64 = 0
    var bytes = 0
    for row in batch.rows {
      sum &+= numbers[row] ?? 0
      bytes += texts[row]?.count ?? 0
    }
    out.host.log(.info, "\(sum) \(bytes)")
    try out.forward(batch) { good[$0] }
  }
}

let kitPlugin = Plugin(name: "kit", version: "1.0.0", doc: "For tests.") {
  Ruled.self
  KeyCount.self
  Largest.self
  Counting.self
  Delay.self
  Views.self
}
