import ProofBench
import Testing

/// Numbers and instants where plain arithmetic goes wrong.
@Suite(.serialized) struct WindowNumberTests {
  /// A run over records that are written here, in frames of `size`; the results' first aggregates.
  private func results(_ test: WindowCase, _ lines: [String], size: Int = 4096, timeUnit: String = "ns") throws -> [RowCollector
    .Row]
  {
    let steps = LineSource.steps(lines, frame: size)
    let manifest = test.manifest.replacing("time_unit: ns", with: "time_unit: \(timeUnit)")
    let run = try ManifestRun(manifest, inputs: ["in": (1, steps)])
    #expect(run.dead.isEmpty && run.late.isEmpty)
    #expect(run.books.discrepancies().isEmpty)
    return run.out
  }

  private func sum(_ argument: ModelExpression, _ kind: WindowKind = .tumbling(1000, offset: 0)) -> WindowCase {
    WindowCase(kind: kind, keys: [], aggregates: [.init(name: "sum", function: .sum, argument: argument)], delay: 0)
  }

  @Test func `a million ones between 1e16 and its opposite are not lost`() throws {
    let lines =
      ["{\"ts\":1,\"value\":1e16}\n"] + [String](repeating: "{\"ts\":1,\"value\":1.0}\n", count: 1_000_000)
      + ["{\"ts\":1,\"value\":-1e16}\n"]
    #expect(try results(sum(.value), lines).map { $0["sum"] } == [.double(1_000_000)])
  }

  @Test func `nor are they where windows are made of parts`() throws {
    let lines = [("1e16", 1), ("1.0", 6000), ("1.0", 12_000), ("1.0", 18_000), ("-1e16", 19_900)].flatMap { value, time in
      [String](repeating: "{\"ts\":\(time),\"value\":\(value)}\n", count: value == "1.0" ? 10_000 : 1)
    }
    let test = sum(.value, .sliding(size: 20_000, every: 5000, offset: 0))
    let whole = try results(test, lines).first { $0.int("window_start") == 0 }
    #expect(whole?["sum"] == .double(30_000))
  }

  @Test func `a sum of integers passes 64 bits on its way`() throws {
    func sums(_ values: [Int64], size: Int) throws -> [Cell] {
      try results(sum(.n), values.map { "{\"ts\":1,\"n\":\($0)}\n" }, size: size).map { $0["sum"] }
    }
    for size in [1, 2, 100] {
      #expect(try sums([.max, .max, .max, 5, -.max, -.max, -5], size: size) == [.int(.max)])
      #expect(try sums([.max, 7, -7], size: size) == [.int(.max)])
      #expect(try sums([.min, -7, 7], size: size) == [.int(.min)])
      #expect(try sums([.min, .max, .min, .max], size: size) == [.int(-2)])
    }
  }

  @Test func `infinities cancel to no number and else stay`() throws {
    func line(_ quality: String, _ value: Double) -> String { "{\"ts\":1,\"q\":\"\(quality)\",\"value\":\(value)}\n" }
    #expect(
      try results(sum(.endless), [line("good", 1), line("bad", 1), line("good", 2)]).map { $0["sum"] } == [.double(.infinity)])
    let both = ModelExpression(text: "q == \"bad\" ? value / 0.0 : value", type: .double) { _ in nil }
    #expect(try results(sum(both), [line("bad", -1), line("good", 2)]).map { $0["sum"] } == [.double(-.infinity)])
    #expect(try results(sum(both), [line("bad", -1), line("bad", 2)]).map { $0["sum"] } == [.double(.nan)])
  }

  @Test func `a leap second belongs to the minute that follows it`() throws {
    let texts = [
      "2016-12-31T23:59:59Z", "2016-12-31T23:59:59.999999999Z", "2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z",
      "2017-01-01T00:00:00Z", "2017-01-01T00:00:00.75Z", "2017-01-01T00:00:01Z",
    ]
    let second: Int64 = 1_000_000_000
    for kind in [WindowKind.tumbling(second, offset: 0), .tumbling(60 * second, offset: 0)] {
      let test = WindowCase(kind: kind, keys: [], aggregates: [.init(name: "rows", function: .countRows)], delay: 2 * second)
      let rows = try results(test, texts.map { "{\"ts\":\"\($0)\"}\n" })
      let found = rows.map { "\($0.int("window_start")! / second): \($0["rows"])" }
      if case .tumbling(second, _) = kind {
        #expect(found == ["1483228799: 2", "1483228800: 4", "1483228801: 1"])
      } else {
        #expect(found == ["1483228740: 2", "1483228800: 5"])
      }
    }
    // The same instants as numbers, where the leap second has none of its own.
    let numbers = ["1483228799", "1483228800", "1483228801"].map { "{\"ts\":\($0)}\n" }
    let test = WindowCase(
      kind: .tumbling(second, offset: 0), keys: [], aggregates: [.init(name: "rows", function: .countRows)], delay: 0)
    #expect(try results(test, numbers, timeUnit: "s").map { $0["rows"] } == [.int(1), .int(1), .int(1)])
  }
}
