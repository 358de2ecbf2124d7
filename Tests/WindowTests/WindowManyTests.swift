import ProofBench
import TestSupport
import Testing

/// Thousands of windows that are open at once, where rows may be an hour behind each other.
struct WindowManyTests {
  /// Rows of two hours of seconds, one or two each, as they come: in order but for those that are up to an hour early or behind.
  private func seconds(_ random: inout SplitMix) -> [Int] {
    let due = (0..<7200).flatMap { second in Array(repeating: second, count: 1 + random.below(2)) }
    return due.map { ($0, $0 + random.below(3) / 2 * random.below(3600)) }.sorted { $0.1 < $1.1 }.map(\.0)
  }

  private func run(_ seconds: [Int], _ window: String, delay: String = "1h", size: Int) throws -> ManifestRun {
    let lines = seconds.map { "{\"ts\":\($0 * 1000)}\n" }
    let steps = LineSource.steps(lines, frame: size)
    return try ManifestRun(
      """
      name: many
      sources:
        in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ms }, watermark: { delay: \(delay) } }
      operators:
        win: { use: window, from: in, with: { \(window), aggregate: { rows: count() } } }
      sinks:
        out: { use: file, from: win, with: { path: out.jsonl } }
        late: { use: file, from: win.late, with: { path: late.jsonl } }

      """, inputs: ["in": (1, steps)])
  }

  @Test(arguments: Seeds.of(300, 3)) func `each of them has its rows, in the order of time`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let seconds = seconds(&random)
    let rows = Dictionary(seconds.map { ($0, 1) }, uniquingKeysWith: +)
    for size in [7, 1000] {
      let run = try run(seconds, "tumbling: 1s", size: size)
      let found = run.out.map { ($0.int("window_start") ?? -1) / 1_000_000_000 }
      #expect(found == (0..<7200).map(Int64.init), "seed \(seed), frames of \(size)")
      #expect(run.out.map { $0["rows"] } == (0..<7200).map { .int(Int64(rows[$0]!)) }, "seed \(seed), frames of \(size)")
      #expect(run.late.isEmpty && run.books.discrepancies().isEmpty, "seed \(seed), frames of \(size)")
    }
  }

  /// Panes go one by one, an hour after they fired.
  @Test func `windows that stay open for corrections end up right`() throws {
    var random = SplitMix(seed: 4)
    let seconds = seconds(&random)
    let rows = Dictionary(seconds.map { ($0, 1) }, uniquingKeysWith: +)
    for window in ["tumbling: 1s, allowed_lateness: 1h", "sliding: { size: 16s, every: 1s }, allowed_lateness: 1h"] {
      let length = window.hasPrefix("t") ? 1 : 16
      let run = try run(seconds, window, delay: "1m", size: 100)
      var last: [Int: Int64] = [:]
      for result in run.out { last[Int((result.int("window_start") ?? -1) / 1_000_000_000)] = result.int("rows") }
      #expect(last.count == 7200 + length - 1)
      for (start, count) in last {
        let expected = (start..<start + length).reduce(0) { $0 + (rows[$1] ?? 0) }
        #expect(count == Int64(expected), "\(window): the window from second \(start)")
      }
      #expect(run.late.isEmpty && run.books.discrepancies().isEmpty)
    }
  }
}
