import PluginKit

/// The operators of kit.c in Swift, as an author would write them.
struct Filter: Operator {
  static let component = Component(
    "filter-swift", doc: "Forward half of the rows.", inputs: [.field("x", .double)], outputs: .same)

  private var x = Field("x")

  init(_ config: Config) throws {}

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let numbers = x.numbers(of: batch)
    try out.forward(batch) { row in
      guard let number = numbers[row] else { return false }
      return number >= 512
    }
  }
}

struct Rebuild: Operator {
  static let component = Component(
    "rebuild-swift", doc: "Make a new row of each.", inputs: [.field("n", .int)],
    outputs: .fields([.init("n", .int), .init("half", .double)]))

  private var field = Field("n")
  private let rows = FrameBuilder()
  private let n: Int
  private let half: Int

  init(_ config: Config) throws {
    n = try rows.addColumn("n", .int)
    half = try rows.addColumn("half", .double)
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let numbers = field.integers(of: batch)
    for row in batch.rows {
      let number = numbers[row] ?? 0
      rows.put(n, number)
      rows.put(half, Double(number) / 2)
      if rows.endRow() { try out.commit(rows) }
    }
    try out.commit(rows)
  }
}

struct Count: Operator {
  static let component = Component(
    "count-swift", doc: "Count the rows of each key.", concurrency: .single, inputs: [.field("n", .int)])

  private var field = Field("n")
  private let keys = KeyReader()
  private var counts = KeyedState<Int64>()

  init(_ config: Config) throws {}

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let numbers = field.column(of: batch)
    for row in batch.rows { counts.withValue(of: keys.bytes(of: numbers, row: row), or: 0) { $0 &+= 1 } }
  }
}

struct Extend: Operator {
  static let component = Component(
    "extend-swift", doc: "Give each row one field more.", outputs: .adding([.init("more", .double)]))

  private let changes: FrameDeriver
  private let numbers = (0..<65536).map { Double($0) / 2 }

  init(_ config: Config) throws { changes = try FrameDeriver([.set("more")]) }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    try numbers.withUnsafeBufferPointer {
      let values = ColumnValues(UnsafeBufferPointer(rebasing: $0[..<batch.count]))
      try out.send(batch, changing: changes, values: [values])
    }
  }
}

private let plugin = Plugin(name: "kit-swift", version: "1.0.0", doc: "Operators in Swift, to measure PluginKit by.") {
  Filter.self
  Rebuild.self
  Count.self
  Extend.self
}
@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
