import ProofBench
import Testing

/// Values that nobody declared, that are missing or of another type, and windows behind windows.
@Suite(.serialized) struct WindowFieldTests {
  private func run(_ manifest: String, _ lines: [String], size: Int) throws -> ManifestRun {
    let steps = LineSource.steps(lines, frame: size)
    return try ManifestRun(manifest, inputs: ["in": (1, steps)])
  }

  private func manifest(_ operators: String, late: String = "win.late") -> String {
    """
    name: fields
    sources:
      in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns, key: k }, watermark: { delay: 0s } }
    operators:
    \(operators)
    sinks:
      out: { use: file, from: \(late.split(separator: ".")[0]), with: { path: out.jsonl } }
      late: { use: file, from: \(late), with: { path: late.jsonl } }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  }

  @Test func `null and missing are no values, text is one but no number, and every row counts`() throws {
    let lines = [
      "{\"ts\":1,\"k\":\"a\",\"value\":1.5}", "{\"ts\":1,\"k\":\"a\",\"value\":null}", "{\"ts\":1,\"k\":\"a\"}",
      "{\"ts\":1,\"k\":\"a\",\"value\":\"2\"}", "{\"ts\":1,\"k\":\"a\",\"value\":2}", "{\"ts\":1,\"value\":7}",
      "{\"ts\":1,\"k\":null,\"value\":8}", "{\"ts\":1,\"k\":\"\",\"value\":9}",
    ].map { $0 + "\n" }
    for size in [1, 3, 100] {
      let run = try run(
        manifest(
          """
            win:
              use: window
              from: in
              with:
                tumbling: 10us
                key: k
                aggregate: { rows: count(), values: count(value), sum: sum(value), mean: avg(value) }
          """),
        lines, size: size)
      let found = run.out.map { row in
        let numbers = ["rows", "values", "sum", "mean"].map { row[$0].number.map { "\($0)" } ?? "null" }
        return "\(row["k"]): " + numbers.joined(separator: " ")
      }
      #expect(found == ["null: 2.0 2.0 15.0 7.5", "\"\": 1.0 1.0 9.0 9.0", "\"a\": 5.0 3.0 3.5 1.75"], "frames of \(size)")
      #expect(run.dead.isEmpty && run.late.isEmpty && run.books.discrepancies().isEmpty)
      // By the sum and by the mean.
      #expect(run.node("win")?.leftOut == 2 && run.node("in")?.leftOut == 0, "frames of \(size)")
      #expect(run.log.count { $0.contains("'sum' leaves out values of 'value'") } == 1, "\(run.log)")
    }
  }

  @Test func `what overlapping windows leave out counts once a row, and what none of them takes is late alone`() throws {
    let lines = [(5000, 0.0), (6000, 1.0), (7000, 0.0), (60_000, 0.0), (3000, 0.0)].map { time, value in
      "{\"ts\":\(time),\"value\":\(value)}\n"
    }
    for size in [1, 3, 100] {
      let run = try run(
        manifest(
          """
            win: { use: window, from: in, with: { sliding: { size: 12us, every: 4us }, aggregate: { low: min(value / 0.0) } } }
          """),
        lines, size: size)
      #expect(run.late.count == 1 && run.node("win")?.leftOut == 3, "frames of \(size)")
      #expect(run.log.count { $0.contains("'low' leaves out NaN") } == 1, "\(run.log)")
      #expect(run.books.discrepancies().isEmpty)
    }
  }

  @Test func `null and missing are one key where a field has no type of its own`() throws {
    let lines = ["{\"ts\":1,\"j\":null}\n", "{\"ts\":1}\n", "{\"ts\":1,\"j\":\"a\"}\n", "{\"ts\":1,\"j\":null}\n"]
    for size in [1, 100] {
      let run = try run(
        manifest(
          """
            win: { use: window, from: in, with: { tumbling: 10us, key: j, aggregate: { rows: count() } } }
          """),
        lines, size: size)
      #expect(run.out.map { $0["rows"].number } == [3, 1], "frames of \(size)")
    }
  }

  @Test func `nothing but nulls gives 0 for a sum and null for the rest`() throws {
    let lines = ["{\"ts\":1,\"value\":null}\n", "{\"ts\":2}\n"]
    let run = try run(
      manifest(
        """
          win:
            use: window
            from: in
            with:
              tumbling: 10us
              aggregate:
                { sum: sum(value), avg: avg(value), min: min(value), first: first(value), sd: stddev(value), n: distinct(value),
                  q: 'quantile(value, 0.5)' }
        """),
      lines, size: 1)
    let row = try #require(run.out.first)
    #expect(row["sum"].number == 0 && row["n"] == .int(0))
    for name in ["avg", "min", "first", "sd", "q"] { #expect(row[name] == .null, "\(name)") }
  }

  @Test func `windows behind windows line up, and none of their rows is late`() throws {
    let times = (0..<500).map { Int64($0) * 7 - Int64($0 % 13) * 5 }
    let lines = times.map { "{\"ts\":\($0 * 1000),\"k\":\"k\(abs($0) % 3)\"}\n" }
    let small = "  win: { use: window, from: in, with: { tumbling: 10us, key: k, aggregate: { rows: count() } } }\n"
    let large = "  sum: { use: window, from: win, with: { tumbling: 100us, key: k, aggregate: { rows: sum(rows) } } }"
    for size in [1, 16, 500] {
      let text = manifest(small + large, late: "sum.late").replacing("delay: 0s", with: "delay: 60us")
      let run = try run(text, lines, size: size)
      var expected: [String: Int] = [:]
      for time in times { expected["\(time >= 0 ? time / 100 : (time - 99) / 100) k\(abs(time) % 3)", default: 0] += 1 }
      var found: [String: Int] = [:]
      for row in run.out {
        guard case .text(let key) = row["k"], let start = row.int("window_start") else { continue }
        found["\(start / 100_000) \(key)", default: 0] += Int(row["rows"].number ?? 0)
      }
      let differing = Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] }.sorted()
      #expect(differing == [], "\(differing.map { "\($0): \(found[$0] ?? 0) of \(expected[$0] ?? 0)" }), frames of \(size)")
      #expect(run.out.count == expected.count && run.late.isEmpty && run.books.discrepancies().isEmpty)
    }
  }
}
