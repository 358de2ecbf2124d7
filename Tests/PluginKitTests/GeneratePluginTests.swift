import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct GeneratePlugin {
  private static let defaults: [ConfigValue.Entry] = [
    .init("kind", .string("sensors")), .init("rate", .double(1000)), .init("paced", .bool(false)), .init("sources", .int(10)),
    .init("seed", .int(1)), .init("load", .string("steady")), .init("period", .int(60_000_000_000)),
    .init("outliers", .double(0.001)),
    .init("start", .string("2026-01-01T00:00:00Z")), .init("count", .int(3000)),
  ]

  private func create(_ bench: PluginBench, _ changes: [ConfigValue.Entry] = [], without: Set<String> = []) throws
    -> PluginBenchInstance
  {
    let names = Set(changes.map(\.name)).union(without)
    return try bench.create(.source, "generate", with: .map(Self.defaults.filter { !names.contains($0.name) } + changes))
  }

  private func drain(_ source: PluginBenchInstance) throws {
    try source.open()
    for _ in 0..<10_000 where try source.poll() == TIDE_END { return }
    Issue.record("the source never ended")
  }

  /// Every value of every row as text.
  private func rows(_ bench: PluginBench) -> [String] {
    bench.commits.flatMap { commit -> [String] in
      let frame = FrameView(commit.frame.pointer)
      return (0..<frame.rows).map { row in
        (0..<frame.columnCount).map { index in
          let column = frame.column(index)
          guard column.isValid(row) else { return "-" }
          switch column.type {
          case .double: return "\(column.double(row))"
          case .string: return column.string(row)
          default: return "\(column.int(row))"
          }
        }.joined(separator: " ")
      }
    }
  }

  @Test(arguments: ["sensors", "actions", "metrics"])
  func `makes the same events for the same seed, however they are paced`(kind: String) throws {
    let fast = try PluginBench(library: "tidemill-generate")
    try drain(try create(fast, [.init("kind", .string(kind))]))
    let paced = try PluginBench(library: "tidemill-generate")
    paced.nowStep = 7_000_000
    try drain(try create(paced, [.init("kind", .string(kind)), .init("paced", .bool(true))]))
    let other = try PluginBench(library: "tidemill-generate")
    try drain(try create(other, [.init("kind", .string(kind)), .init("seed", .int(.min))]))
    let made = rows(fast)
    #expect(made.count == 3000)
    #expect(rows(paced) == made)
    #expect(paced.commits.count > fast.commits.count)
    #expect(rows(other) != made)
    #expect(Set(made).count > 2990)
  }

  @Test func `advances event time by the rate from the start`() throws {
    let bench = try PluginBench(library: "tidemill-generate")
    try drain(try create(bench, [.init("rate", .double(3)), .init("count", .int(4))]))
    let frame = FrameView(bench.commits[0].frame.pointer)
    let start: Int64 = 1_767_225_600_000_000_000
    #expect((0..<4).map { frame.column(0).time($0) - start } == [0, 333_333_333, 666_666_667, 1_000_000_000])
    #expect(frame.column(role: .eventTime)?.index == 0)
    #expect(frame.column(role: .source)?.string(3) == "sensor-3")
  }

  @Test func `waits for each event's time when it is paced`() throws {
    let bench = try PluginBench(library: "tidemill-generate")
    bench.nowStep = 0
    let source = try create(bench, [.init("paced", .bool(true)), .init("rate", .double(10)), .init("count", .int(3))])
    try source.open()
    #expect(try source.poll() == TIDE_IDLE)
    #expect(rows(bench).count == 1)
    bench.now += 99_999_999
    #expect(try source.poll() == TIDE_IDLE)
    #expect(rows(bench).count == 1)
    bench.now += 1
    #expect(try source.poll() == TIDE_IDLE)
    #expect(rows(bench).count == 2)
    bench.now += 1_000_000_000
    #expect(try source.poll() == TIDE_END)
    #expect(rows(bench).count == 3)
  }

  @Test func `follows its load and ends after its duration`() throws {
    func count(_ load: String, seconds: Int64) throws -> Int {
      let bench = try PluginBench(library: "tidemill-generate")
      try drain(
        try create(
          bench,
          [
            .init("load", .string(load)), .init("period", .int(10_000_000_000)),
            .init("duration", .int(seconds * 1_000_000_000)),
          ],
          without: ["count"]))
      return rows(bench).count
    }
    #expect(try count("steady", seconds: 10) == 10_000)
    #expect(abs(try count("ramp", seconds: 10) - 5500) < 60)
    #expect(abs(try count("spike", seconds: 10) - 19_000) < 60)
    #expect(abs(try count("wave", seconds: 10) - 10_000) < 60)
    #expect(abs(try count("wave", seconds: 5) - 7546) < 60)
  }

  @Test func `goes on after a checkpoint as if it had never stopped`() throws {
    let whole = try PluginBench(library: "tidemill-generate")
    try drain(try create(whole, [.init("load", .string("wave")), .init("rate", .double(777))]))
    let parts = try PluginBench(library: "tidemill-generate")
    parts.nowStep = 20_000_000
    let options: [ConfigValue.Entry] = [.init("load", .string("wave")), .init("rate", .double(777))]
    let first = try create(parts, options)
    try first.open()
    #expect(try first.poll() == TIDE_OK)
    let second = try create(parts, options)
    try second.restore(try first.snapshot(), chunk: 5)
    try drain(second)
    #expect(rows(parts) == rows(whole))
  }

  @Test func `takes extreme options and refuses a start that is no time`() throws {
    let bench = try PluginBench(library: "tidemill-generate")
    for rate in [1e-300, 1e9, 0] {
      try drain(try create(bench, [.init("rate", .double(rate)), .init("count", .int(2)), .init("outliers", .double(1))]))
    }
    try drain(try create(bench, [.init("start", .string("2262-04-11T23:47:16.854Z")), .init("rate", .double(1))]))
    try drain(try create(bench, [.init("count", .int(0)), .init("sources", .int(65536))]))
    for text in ["", "now", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00+1:00", "9999-01-01T00:00:00Z"] {
      #expect(throws: PluginBench.Failure.self) { try create(bench, [.init("start", .string(text))]) }
      #expect(bench.failures.last?.configPath == "start")
    }
    let zoned = try PluginBench(library: "tidemill-generate")
    try drain(try create(zoned, [.init("start", .string("2026-01-01T01:30:00.5+01:30")), .init("count", .int(1))]))
    #expect(FrameView(zoned.commits[0].frame.pointer).column(0).time(0) == 1_767_225_600_500_000_000)
  }

  @Test func `makes actions in the proportions of a shop`() throws {
    let bench = try PluginBench(library: "tidemill-generate")
    try drain(try create(bench, [.init("kind", .string("actions")), .init("count", .int(20_000))]))
    var counts: [String: Int] = [:]
    for commit in bench.commits {
      let type = FrameView(commit.frame.pointer).column(role: .type)
      for row in 0..<commit.frame.rows { counts[type?.string(row) ?? "", default: 0] += 1 }
    }
    #expect(abs(counts["view", default: 0] - 10_000) < 300)
    #expect(abs(counts["checkout", default: 0] - 600) < 120)
    #expect(counts.count == 8)
  }
}
