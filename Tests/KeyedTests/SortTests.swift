import ProofBench
import TestSupport
import Testing

/// `sort` in the real engine, against an order that is worked out in one step. Every failure prints its seed.
@Suite(.serialized) struct SortTests {
  private func manifest(_ late: String, delay: Int64, more: String = "") -> String {
    """
    name: proof
    sources:
      in:
        use: file
        with: { path: in.jsonl, time: ts, time_unit: ns, fields: { row: int, k: string, v: double } }
        watermark: { delay: \(delay)ns }
    operators:
      sorted: { use: sort, from: in, with: { late: \(late) }\(more) }
    sinks:
      out: { use: file, from: sorted, with: { path: out.jsonl } }
      late: { use: file, from: sorted.late, with: { path: late.jsonl } }

    """
  }

  private func stream(_ random: inout SplitMix, rows: Int) -> TimedStream {
    let spread = Int64([0, 50, 400, 5000][random.below(4)])
    return TimedStream(
      &random, rows: rows, partitions: 1 + random.below(3), delay: [0, 100, 1000][random.below(3)], step: 20,
      spread: spread, grain: [1, 10][random.below(2)]
    ) { _, random in
      [("k", TimedStream.key(&random)), ("v", random.below(5) == 0 ? .null : .double(Double(random.below(1000)) / 8))]
    }
  }

  private func run(_ stream: TimedStream, late: String, frame: Int, _ random: inout SplitMix) throws -> ManifestRun {
    try stream.run(manifest(late, delay: stream.delay), frame: frame, &random) { $0 == "sorted" }
  }

  @Test func `rows leave by event time and id, whatever frames and partitions they came in`() throws {
    for seed in Seeds.of(100, 40) {
      var random = SplitMix(seed: seed)
      let stream = stream(&random, rows: 30 + Int(seed % 7) * 80)
      for frame in [1, 2 + random.below(60), 4096] {
        let passed = try run(stream, late: "pass", frame: frame, &random)
        let why = "seed \(seed), frames of \(frame)"
        #expect(passed.out.map { $0.int("row") } == stream.inOrder.map { Int64($0.number) }, "\(why)")
        #expect(passed.late.isEmpty && passed.books.discrepancies().isEmpty, "\(why)")
        let sent = try run(stream, late: "port", frame: frame, &random)
        let punctual = stream.inOrder.filter { $0.behind == nil }
        #expect(sent.out.map { $0.int("row") } == punctual.map { Int64($0.number) }, "\(why)")
        let late = stream.inOrder.filter { $0.behind != nil }
        let found = Dictionary(sent.late.map { ($0.int("row"), $0.int("lateness")) }) { $1 }
        #expect(sent.late.count == late.count && sent.node("sorted")?.late == UInt64(late.count), "\(why)")
        for row in late { #expect(found[Int64(row.number)] == row.behind! - row.time, "row \(row.number), \(why)") }
        #expect(sent.books.discrepancies().isEmpty, "\(why)")
      }
    }
  }

  @Test func `rows come whole through the order`() throws {
    for seed in Seeds.of(200, 10) {
      var random = SplitMix(seed: seed)
      let stream = stream(&random, rows: 300)
      let run = try run(stream, late: "pass", frame: 1 + random.below(100), &random)
      for (row, wanted) in zip(run.out, stream.inOrder) {
        #expect(row["k"] == wanted["k"] && row["v"] == wanted["v"] && row.time == wanted.time, "seed \(seed): \(row)")
      }
    }
  }

  @Test func `records that a source read leave from their own bytes`() throws {
    let directory = try TemporaryDirectory()
    let lines = [
      #"{ "ts": "2026-01-01T00:00:03Z",   "a": [1, 2],"x": 1e2 }"#, #"{"ts":"2026-01-01T00:00:01Z", "b": {"c": null}}"#,
      #"{"a":"ü","ts" : "2026-01-01T00:00:02Z"}"#, #"{"ts":"2026-01-01T00:00:09Z"}"#, #"{"ts":"2026-01-01T00:00:00Z" }"#,
    ]
    try directory.write("in.jsonl", lines.joined(separator: "\n") + "\n")
    try directory.write(
      "pipeline.yaml",
      """
      sources: { in: { use: file, with: { path: in.jsonl, time: ts }, watermark: { delay: 5s } } }
      operators: { sorted: { use: sort, from: in } }
      sinks:
        out: { use: file, from: sorted, with: { path: out.jsonl } }
        late: { use: file, from: sorted.late, with: { path: late.jsonl } }
      """)
    let result = try Tidemill.run(["run", "pipeline.yaml", "--dev"], in: directory.path)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(directory.read("out.jsonl") == [1, 2, 0, 3].map { lines[$0] + "\n" }.joined())
    let late = try #require(directory.read("late.jsonl"))
    #expect(late.contains("\"lateness\":4000000000"), "\(late)")
  }

  @Test func `ids of texts are compared to their ends, and ids alike by what the rows hold`() throws {
    let ids = ["", "a", "aaaaaaaa", "aaaaaaaa b", "aaaaaaaa c", "東京", "é", "zz"]
    for seed in Seeds.of(300, 20) {
      var random = SplitMix(seed: seed)
      var rows: [(id: String, row: Int)] = []
      for row in 0..<60 { rows.append((ids[random.below(ids.count)], row)) }
      let manifest = """
        name: proof
        sources:
          in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns, id: id, fields: { row: int } }, watermark: { delay: 9ns } }
        operators: { sorted: { use: sort, from: in } }
        sinks: { out: { use: file, from: sorted, with: { path: out.jsonl } } }

        """
      let partitions = (0..<3).map { part in
        rows.enumerated().filter { $0.offset % 3 == part }.map { "{\"ts\":5,\"id\":\"\($1.id)\",\"row\":\($1.row % 20)}" }
      }
      let wanted = rows.map(\.id).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
      var orders: Set<[Int64?]> = []
      for frame in [1, 7, 100] {
        let run = try ManifestRun(manifest, inputs: ["in": (3, Dealing.steps(partitions, most: frame, &random))])
        #expect(run.out.map { $0["id"] } == wanted.map { .text($0) }, "seed \(seed), frames of \(frame)")
        orders.insert(run.out.map { $0.int("row") })
      }
      #expect(orders.count == 1, "seed \(seed)")
    }
  }

  @Test func `a limit on rows that wait ends the run, and says what to do`() throws {
    var random = SplitMix(seed: 1)
    let lines = (0..<20).map { "{\"ts\":\($0),\"row\":\($0)}" }
    let steps = Dealing.steps([lines], most: 5, &random)
    func run(_ keys: Int) throws -> ManifestRun {
      try ManifestRun(manifest("pass", delay: 50, more: ", state: { keys: \(keys) }"), inputs: ["in": (1, steps)])
    }
    #expect(try run(20).out.count == 20)
    let failure = #expect(throws: ManifestRun.Failure.self) { try run(10) }
    #expect(
      failure?.description.contains("rows, and `state` allows 10: allow more rows") == true, "\(failure?.description ?? "")")
  }
}
