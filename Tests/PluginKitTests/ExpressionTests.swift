import PluginKit
import PluginManifest
import TestSupport
import Testing

/// Passes rows by a condition and says why others err.
private struct Sieve: Operator {
  static let keep = Option("where", .condition, doc: "Rows that pass.", default: "true")
  static let component = Component("sieve", doc: "Passes rows.", options: [keep], outputs: .same)

  private let keep: Expression

  init(_ config: Config) throws { keep = try config[Self.keep] }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let found = try keep.filter(batch)
    for row in found.erring { try out.reject(Int(row), of: batch, keep.why(Int(row), of: batch) ?? "?") }
    try out.forward(batch, where: keep)
  }
}

/// Sets fields, for the rows of a batch, for some, or for each as often as its number says.
private struct Setter: Operator {
  static let set = Option("set", .map(.expression(of: nil)), doc: "Fields and their values.")
  static let keep = Option(optional: "where", .condition, doc: "Rows that go.")
  static let times = Option("times", .bool, doc: "Whether rows are repeated.", default: false)
  static let component = Component("setter", doc: "Sets fields.", options: [set, keep, times], outputs: .merged)

  private let set: [OptionEntry<Expression>]
  private let keep: Expression?
  private let times: Bool
  private let changes: FrameDeriver
  private var n = Field("n")

  init(_ config: Config) throws {
    set = try config[Self.set]
    keep = try config[Self.keep]
    times = try config[Self.times]
    changes = try FrameDeriver(set.map { .set($0.name) } + [.rename("n", to: "number")])
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    if times {
      let numbers = n.integers(of: batch)
      let rows = batch.rows.flatMap { [UInt16](repeating: UInt16($0), count: Int(numbers[$0] ?? 0)) }
      let places = rows.indices.map { Double($0) }
      return try rows.withUnsafeBufferPointer { rows in
        try places.withUnsafeBufferPointer {
          try out.send(batch, repeating: rows, changing: changes, values: [ColumnValues($0)])
        }
      }
    }
    let values = try set.map { try $0.value.values(of: batch) }
    guard let keep else { return try out.send(batch, changing: changes, values: values) }
    try out.send(batch, rows: keep.filter(batch).rows, changing: changes, values: values)
  }
}

/// Takes numbers below ten, and counts the others.
private struct Picky: Operator {
  static let value = Option("value", .expression(of: .int), doc: "What it takes.")
  static let component = Component("picky", doc: "Takes small numbers.", options: [value], outputs: .same)

  private let value: Expression
  private var hasSaid = false

  init(_ config: Config) throws { value = try config[Self.value] }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard let numbers = try value.values(of: batch).ints else { return }
    let others = numbers.filter { $0 >= 10 }
    guard !others.isEmpty else { return }
    value.countLeftOut(others.count, why: hasSaid ? nil : "numbers from ten on are left out")
    hasSaid = true
  }
}

private let expressionPlugin = Plugin(name: "expressions", version: "1.0.0", doc: "For tests.") {
  Sieve.self
  Setter.self
  Picky.self
}

@Suite struct ExpressionTests {
  private let bench: PluginBench

  init() throws {
    bench = try PluginBench(expressionPlugin.table(0))
    bench.keepsPassed = true
  }

  private func numbers(_ count: Int) throws -> OwnedFrame { try frame("n", (0..<count).map { Int64($0) }) }

  private func make(_ id: String, _ options: [ConfigValue.Entry]) throws -> PluginBenchInstance {
    let instance = try bench.create(.operator, id, with: .map(options))
    try instance.open()
    return instance
  }

  private func rows(_ passed: [PluginBench.Passed]) -> [Int] { passed.flatMap(\.rows) }

  @Test func `a condition passes rows, and says why one errs`() throws {
    let sieve = try make("sieve", [.init("where", .string("10 / n > 4"))])
    let frame = try numbers(6)
    _ = try sieve.process(frame.pointer)
    #expect(rows(bench.passed) == [1, 2])
    #expect(bench.rejects.map(\.row) == [0] && bench.rejects.map(\.why) == ["divide by zero"])
    _ = try sieve.process(frame.pointer, rows: [2, 3, 5])
    #expect(rows(bench.passed) == [1, 2, 2])
    _ = try sieve.process(try numbers(3000).pointer, rows: [])
    #expect(rows(bench.passed) == [1, 2, 2])
    sieve.close()
  }

  @Test func `many rows are filtered after few`() throws {
    let sieve = try make("sieve", [.init("where", .string("n % 2 == 0"))])
    for count in [1, 1024, 1025, 65536, 3] { _ = try sieve.process(try numbers(count).pointer) }
    #expect(bench.passed.map(\.rows.count) == [1, 512, 513, 32768, 2])
    sieve.close()
  }

  @Test func `an expression is released with its instance`() throws {
    try {
      let sieve = try make("sieve", [.init("where", .string("true"))])
      #expect(bench.compiled == 1)
      sieve.close()
    }()
    #expect(bench.compiled == 0)
  }

  @Test func `what does not compile names its option, and so does a host without expressions`() throws {
    let entry = ConfigValue.Entry("set", .map([.init("a", .string("n / 4.0")), .init("b", .string("n /"))]))
    let failure = #expect(throws: PluginBench.Failure.self) {
      try make("setter", [entry, .init("times", .bool(false))])
    }
    #expect(failure?.code == TIDE_E_CONFIG && failure?.configPath == "set.b" && failure?.text.contains("value") == true)
    #expect(bench.compiled == 0)
    bench.offersExpressions = false
    let text = "this host evaluates no expressions (tide.expression/1)"
    #expect(throws: PluginBench.Failure(code: TIDE_E_UNSUPPORTED, text: text, configPath: "where")) {
      try make("sieve", [.init("where", .string("true"))])
    }
  }

  @Test func `options of expressions are described as such, with their defaults as text`() throws {
    let description = try #require(bench.selfDescription())
    #expect(description.contains(#""name":"where","type":"string","format":"expression""#))
    #expect(description.contains(#""default":"true""#))
    #expect(description.contains(#""items":[{"name":"item","type":"string","format":"expression""#))
  }

  @Test func `values that are left out are counted, and the log is told why of the first`() throws {
    let picky = try make("picky", [.init("value", .string("n"))])
    for count in [10, 13, 15] { _ = try picky.process(try numbers(count).pointer) }
    #expect(bench.leftOut == 8 && bench.logs == ["numbers from ten on are left out"])
    picky.close()
  }

  @Test func `on a host that does not count what is left out the log is told all the same`() throws {
    bench.offersLeftOut = false
    let picky = try make("picky", [.init("value", .string("n"))])
    for _ in 0..<2 { _ = try picky.process(try numbers(13).pointer) }
    #expect(bench.leftOut == 0 && bench.logs == ["numbers from ten on are left out"])
    picky.close()
  }

  // MARK: Changed columns

  private let set = ConfigValue.Entry("set", .map([.init("share", .string("n / 4.0")), .init("label", .string(Self.label))]))
  /// Errs for every fifth row.
  private static let label = "n % 5 == 4 ? string(1 / 0) : ['even', 'odd'][n % 2]"

  private func sent() -> [(number: Int64, share: Double?, label: String?)] {
    bench.passed.flatMap { passed in
      let frame = FrameView(passed.frame.pointer)
      let (number, share, label) = (frame.column(named: "number")!, frame.column(named: "share")!, frame.column(named: "label"))
      return (0..<frame.rows).map { row in
        (
          number.int(row), share.isValid(row) ? share.double(row) : nil,
          label.flatMap { $0.isValid(row) ? $0.string(row) : nil }
        )
      }
    }
  }

  @Test func `expressions become columns, of all rows and of a selection`() throws {
    let setter = try make("setter", [set, .init("times", .bool(false))])
    let frame = try numbers(10)
    _ = try setter.process(frame.pointer)
    #expect(sent().map(\.number) == Array(0..<10))
    #expect(sent().map(\.share) == (0..<10).map { Double($0) / 4 })
    #expect(sent().prefix(6).map(\.label) == ["even", "odd", "even", "odd", nil, "odd"])
    bench.passed = []
    _ = try setter.process(frame.pointer, rows: [3, 4, 8])
    #expect(sent().map(\.number) == [3, 4, 8] && sent().map(\.share) == [0.75, 1, 2])
    #expect(sent().map(\.label) == ["odd", nil, "even"])
    setter.close()
  }

  @Test func `some rows of a batch take their own values along`() throws {
    let setter = try make("setter", [set, .init("where", .string("n % 2 == 0")), .init("times", .bool(false))])
    let frame = try numbers(10)
    _ = try setter.process(frame.pointer)
    #expect(sent().map(\.number) == [0, 2, 4, 6, 8] && sent().map(\.share) == [0, 0.5, 1, 1.5, 2])
    bench.passed = []
    _ = try setter.process(frame.pointer, rows: [1, 2, 3, 6, 7])
    #expect(sent().map(\.number) == [2, 6] && sent().map(\.share) == [0.5, 1.5])
    bench.passed = []
    _ = try setter.process(frame.pointer, rows: [1, 3])
    #expect(bench.passed.isEmpty)
    setter.close()
  }

  @Test func `rows go as often as they are named`() throws {
    let only = ConfigValue.Entry("set", .map([.init("share", .string("n / 4.0"))]))
    let setter = try make("setter", [only, .init("times", .bool(true))])
    _ = try setter.process(try numbers(4).pointer)
    #expect(sent().map(\.number) == [1, 2, 2, 3, 3, 3] && sent().map(\.share) == [0, 1, 2, 3, 4, 5])
    setter.close()
  }

  @Test func `a status of the host ends the sending`() throws {
    let setter = try make("setter", [set, .init("times", .bool(false))])
    bench.outputStatus = TIDE_E_CANCELLED
    #expect(throws: PluginBench.Failure.self) { try setter.process(try numbers(4).pointer) }
    setter.close()
  }
}
