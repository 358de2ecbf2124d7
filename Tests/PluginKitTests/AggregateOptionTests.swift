import FoundationEssentials
import PluginKit
import PluginManifest
import TestSupport
import Testing

/// Logs the aggregates that it was given.
private struct AggregateCounter: Operator {
  static let functions = [
    AggregateFunction("count", [.value("value", optional: true)], gives: .type(.int), doc: "Rows, or values."),
    AggregateFunction("sum", [.value("value", .number)], gives: .argument, doc: "The sum."),
    AggregateFunction(
      "quantile", [.value("value", .number), .constant("q", .double, minimum: 0, maximum: 1)], gives: .type(.double),
      doc: "A quantile."),
    AggregateFunction(
      "top", [.value("value", .ordered), .constant("k", .int, optional: true, minimum: 1)], gives: .type(.variant),
      doc: "The greatest."),
  ]
  struct Span: OptionRecord {
    static let size = Option("size", .duration, doc: "Size.")
    static var members: [any DeclaredOption] { [size] }
    let size: Duration
    init(_ config: Config) throws { size = try config[Self.size] }
  }
  static let span = Option(optional: "span", .record(Span.self), doc: "Windows.")
  static let key = Option("key", .list(.key), doc: "Fields.", default: [])
  static let make = Option("make", .aggregates(of: functions), doc: "Results.")
  static let component = Component(
    "counter", doc: "Counts.", concurrency: .keyed, options: [span, key, make],
    outputPorts: [.init("out"), .init("late", late: true, outputs: .adding([.init("lateness", .int)]))],
    inputs: [.named(by: key)], outputs: .results(of: [key, make], [.init("window_end", .time, role: .eventTime)]),
    keyedState: true, arrival: [.init(with: key, value: nil, partitions: true, reason: "of a test")],
    eventTime: [.always, .init(with: key)], waits: [.init(without: key, reason: "counts")])

  let aggregates: [Aggregate]

  init(_ config: Config) throws {
    aggregates = try config[Self.make]
    let lines = aggregates.map { aggregate in
      "\(aggregate.name)=\(aggregate.function.name)[\(aggregate.arguments.map(\.text).joined(separator: ";"))]"
        + "\(aggregate.constants)" + (aggregate.filter.map { " if \($0.text)" } ?? "")
    }
    var shared = 0
    for (index, one) in aggregates.enumerated() {
      for other in aggregates[..<index] where !one.arguments.isEmpty && one.arguments.first === other.arguments.first {
        shared += 1
      }
    }
    let span = try config[Self.span].map { "\($0.size)" } ?? "none"
    config.host.log(.info, (lines + ["shared \(shared)", "span \(span)"]).joined(separator: "|"))
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {}
}

private let counterPlugin = Plugin(name: "counters", version: "1.0.0", doc: "For tests.") { AggregateCounter.self }

@Suite struct AggregateOptionTests {
  private let bench: PluginBench

  init() throws {
    bench = try PluginBench(counterPlugin.table(0))
  }

  private func create(_ aggregates: [ConfigValue.Entry]) throws -> [String] {
    _ = try bench.create(
      .operator, "counter",
      with: .map([.init("span", .map([.init("size", .int(5_000_000_000))])), .init("make", .map(aggregates))]))
    return bench.logs
  }

  @Test func `aggregates are read with their functions, expressions, constants and filters`() throws {
    let logs = try create([
      .init("rows", .string("count()")), .init("all", .string(" sum ( value ) ")),
      .init("p", .string("quantile(value, 0.99)")), .init("one", .string("quantile(size([a, [b, {c: ')'}]]), 1)")),
      .init("ten", .string("top(value, 0xA)")), .init("few", .string("top(value)")),
      .init("good", .map([.init("fn", .string("sum(value)")), .init("filter", .string("ok"))])),
    ])
    #expect(
      logs == [
        "rows=count[][]|all=sum[value][]|p=quantile[value][PluginKit.Aggregate.Constant.double(0.99)]"
          + "|one=quantile[size([a, [b, {c: ')'}]])][PluginKit.Aggregate.Constant.double(1.0)]"
          + "|ten=top[value][PluginKit.Aggregate.Constant.int(10)]|few=top[value][]|good=sum[value][] if ok"
          + "|shared 10|span 5.0 seconds"
      ])
  }

  @Test(arguments: [
    ("median(value)", "'median' is none of count, sum, quantile, top"),
    ("sum()", "'sum' is written with 0 arguments, and takes 1"),
    ("top(value, 1, 2)", "'top' is written with 3 arguments, and takes 1 to 2"),
    ("quantile(value, ok)", "'q' of 'quantile' is a number, not ok"),
    ("top(value, 1.5)", "'k' of 'top' is a number, not 1.5"), ("sum(value", "')' is missing, at byte 10"),
  ])
  func `a call that no function takes is refused at its option`(text: String, says: String) {
    #expect(throws: PluginBench.Failure(code: TIDE_E_CONFIG, text: says, configPath: "make.x")) {
      _ = try create([.init("x", .string(text))])
    }
  }

  @Test func `the manifest tells all of it to the host`() throws {
    let component = try #require(
      try JSONDecoder().decode(PluginManifest.self, from: Data(counterPlugin.manifest.utf8)).components.first)
    let make = try #require(component.options?.first { $0.name == "make" })
    #expect(make.type == .map && make.format == .aggregate)
    #expect(make.functions?.map(\.form) == ["count([value])", "sum(value)", "quantile(value, q)", "top(value[, k])"])
    #expect(make.functions?.map(\.result) == ["int", "argument", "double", "variant"])
    #expect(component.options?.first { $0.name == "span" }?.fields?.map(\.name) == ["size"])
    #expect(component.outputs?.fieldsOf == ["key", "make"])
    #expect(component.ports?.out?.map(\.isLate) == [false, true])
    #expect(component.ports?.out?[1].outputs?.fields?.map(\.name) == ["lateness"])
    #expect(component.keyedState == true)
    #expect(component.arrival?.map(\.reason) == ["of a test"])
    #expect(component.eventTime == [.init(), .init(option: "key")])
    #expect(component.waits?.map(\.condition) == [.init(without: "key")] && component.waits?.map(\.reason) == ["counts"])
    #expect(component.setsWatermark == nil)
  }
}

@Test(
  arguments: [
    ("count()", "count", []), ("f(a,b)", "f", ["a", "b"]), ("f( a , b )", "f", ["a", "b"]),
    ("f(g(a, b), [c, d], {e: f})", "f", ["g(a, b)", "[c, d]", "{e: f}"]),
    ("f(\",)\", 'x\\',', b)", "f", ["\",)\"", "'x\\','", "b"]),
    ("f(r\"\\\", b)", "f", ["r\"\\\"", "b"]), ("f('''a', b''', c)", "f", ["'''a', b'''", "c"]),
    ("f(bar\"\\\"\", c)", "f", ["bar\"\\\"\"", "c"]), ("f(a, // one, two)\n b)", "f", ["a", "// one, two)\n b"]),
    (" // text\n f (a) // end", "f", ["a"]), ("f(é, \"ü,\")", "f", ["é", "\"ü,\""]),
  ] as [(String, String, [String])])
func `an aggregate is cut at the commas of its call`(text: String, function: String, arguments: [String]) throws {
  let parts = try AggregateText(text)
  #expect(parts.function == function)
  #expect(parts.arguments == arguments)
}

@Test(arguments: [
  "", "f", "(a)", "f(", "f(a", "f(a,)", "f(,a)", "f(a,,b)", "f(a]", "f((a]", "f(a) + 1", "f(a) b", "f('a)", "f(\"\"\"a\")",
  "f(a}",
  "f[a]", "f([a)", "f(\"\\",
])
func `a text that is no call is refused`(text: String) {
  #expect(throws: AggregateText.Mistake.self) { try AggregateText(text) }
}
