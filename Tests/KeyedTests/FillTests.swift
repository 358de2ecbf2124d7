import ProofBench
import TestSupport
import Testing

/// `fill` in the real engine, against a model that sees all rows at once. Every failure prints its seed.
@Suite(.serialized) struct FillTests {
  /// - Parameter withSteps: windows of a step each stand behind, where no row that was made may be late.
  private func manifest(_ model: FillModel, delay: Int64, withSteps: Bool = true, lanes: Int = 1) -> String {
    var text = """
      name: proof
      sources:
        in:
          use: file
          with: { path: in.jsonl, time: ts, time_unit: ns, fields: { row: int, k: string, v: double, n: int, s: string, c: double } }
          watermark: { delay: \(delay)ns }
      operators:
        full:
          use: fill
          from: in
          lanes: \(lanes)
          with:
            every: \(model.every)ns
            offset: \(model.offset)ns
            key: k
            fields: { v: linear, row: "null", s: previous, n: linear }
            values: { c: 7 }
            max_gap: \(model.maxGap)ns
            max_rows: \(model.maxRows)

      """
    let steps = "tumbling: \(model.every)ns, offset: \(model.offset)ns, key: k, aggregate: { rows: count() }"
    if withSteps { text += "  steps: { use: window, from: full, with: { \(steps) } }\n" }
    text += "sinks:\n  out: { use: file, from: full, with: { path: out.jsonl } }\n"
    if withSteps { text += "  steps_out: { use: file, from: steps, with: { path: steps.jsonl } }\n" }
    if withSteps { text += "  late: { use: file, from: steps.late, with: { path: late.jsonl } }\n" }
    return text
  }

  private func stream(_ random: inout SplitMix, rows: Int) -> TimedStream {
    TimedStream(
      &random, rows: rows, partitions: 1 + random.below(3), delay: [0, 500, 3000][random.below(3)],
      step: [400, 9000][random.below(2)],
      spread: [0, 400, 5000][random.below(3)], grain: [1, 100][random.below(2)]
    ) { _, random in
      [
        ("k", TimedStream.key(&random)), ("v", random.below(6) == 0 ? .null : .double(Double(random.below(1000)) / 8 + 0.1)),
        ("n", random.below(6) == 0 ? .null : .int(Int64(random.below(2000)) - 1000)),
        ("s", [.null, .text("on"), .text("öff 🌊")][random.below(3)]), ("c", .double(1.5)),
      ]
    }
  }

  private func run(
    _ stream: TimedStream, _ model: FillModel, frame: Int, lanes: Int, _ random: inout SplitMix
  ) throws -> ManifestRun {
    try stream.run(manifest(model, delay: stream.delay, lanes: lanes), frame: frame, &random) { $0 == "full" }
  }

  @Test func `every step between two rows of a key has one, whatever frames, partitions and lanes they came in`() throws {
    for seed in Seeds.of(500, 50) {
      var random = SplitMix(seed: seed)
      let stream = stream(&random, rows: 30 + Int(seed % 5) * 60)
      let every = [1000, 1700, 3333][random.below(3)] as Int64
      let model = FillModel(
        every: every, offset: [0, 300, 12_345][random.below(3)] as Int64, maxGap: [5000, 40_000, 1_000_000][random.below(3)],
        maxRows: [1, 4, 1000][random.below(3)])
      // The offset counts within a step.
      let shown = FillModel(every: every, offset: model.offset % every, maxGap: model.maxGap, maxRows: model.maxRows)
      let wanted = shown.made(stream.inOrder)
      let places = Dictionary(uniqueKeysWithValues: stream.inOrder.map { (Int64($0.number), $0.clock) })
      var sequence: KeyedStory?
      var check = LaneCheck("full", by: ["k"], sinks: ["out"])
      for (frame, lanes) in [(1, 1), (2 + random.below(60), 1), (4096, 1), (1 + random.below(90), 2 + random.below(3))] {
        let run = try run(stream, model, frame: frame, lanes: lanes, &random)
        let why = "seed \(seed), frames of \(frame), lanes: \(lanes)"
        let (made, others) = (run.out.filter { $0["filled"] == .bool(true) }, run.out.filter { $0["filled"] == .bool(false) })
        #expect(made.count + others.count == run.out.count, "\(why)")
        let numbers = others.compactMap { $0.int("row") }, all = stream.inOrder.map { Int64($0.number) }
        // Lanes have an order each.
        #expect(lanes > 1 ? numbers.sorted() == all.sorted() : numbers == all, "\(why)")
        let found = made.map {
          FillModel.Made(key: $0["k"], time: $0.time ?? 0, linear: $0["v"], whole: $0["n"], previous: $0["s"])
        }
        if Set(found) != Set(wanted) || found.count != wanted.count {
          let few = Set(wanted).subtracting(found).prefix(2), many = Set(found).subtracting(wanted).prefix(2)
          Issue.record(
            "\(found.count) of \(wanted.count): lacks \(few), has \(many); \(why)\n\(manifest(model, delay: stream.delay))")
          return
        }
        if lanes == 1 {
          // A late row stands where its watermark does.
          let order = run.out.map { row in row.int("row").flatMap { places[$0] } ?? row.time ?? 0 }
          #expect(order == order.sorted(), "rows out of order, \(why)")
          let rows = KeyedStory(run, by: [], sinks: ["out"])
          #expect(sequence.flatMap { rows.difference(from: $0) } == nil, "another sequence of all rows, \(why)")
          sequence = sequence ?? rows
        }
        check.hold(run, lanes: lanes, why)
        #expect(made.allSatisfy { $0["row"] == .null && $0["c"] == .double(7) && $0.int("ts") == $0.time }, "\(why)")
        #expect(!run.late.contains { $0["filled"] == .bool(true) }, "a row that was made is late, \(why)")
      }
    }
  }

  @Test func `a value that nothing declares keeps its form`() throws {
    let lines = [
      #"{"ts":0,"k":"a","u":1.0}"#, #"{"ts":2000,"k":"a","u":18446744073709551616}"#, #"{"ts":4000,"k":"a","u":"x"}"#,
      #"{"ts":6000,"k":"a","u":7}"#,
    ]
    for most in [1, 9] {
      var random = SplitMix(seed: 5)
      let run = try ManifestRun(
        """
        name: proof
        sources:
          in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ms }, watermark: monotonic }
        operators:
          full: { use: fill, from: in, with: { every: 1s, key: k, fields: { u: previous } } }
        sinks:
          out: { use: file, from: full, with: { path: out.jsonl } }

        """, inputs: ["in": (1, Dealing.steps([lines], most: most, &random))])
      let made = run.out.filter { $0["filled"] == .bool(true) }.map { "\($0["u"])" }
      #expect(made.count == 3 && made[0] == "1.0" && made[2] == "\"x\"", "\(run.out)")
    }
  }

  @Test func `many rows between two leave over several calls`() throws {
    let model = FillModel(every: 1000, offset: 0, maxGap: 4_000_000_000, maxRows: 1_000_000)
    var random = SplitMix(seed: 3)
    let lines = [0, 150_000_000].flatMap { time in
      ["a", "b"].map { "{\"ts\":\(time),\"row\":1,\"k\":\"\($0)\",\"v\":\(time)}" }
    }
    let run = try ManifestRun(
      manifest(model, delay: 0, withSteps: false), inputs: ["in": (1, Dealing.steps([lines], most: 9, &random))])
    #expect(run.out.count == 4 + 2 * 149_999 && run.books.discrepancies().isEmpty)
    for key in ["a", "b"] {
      let times = run.out.filter { $0["k"] == .text(key) }.compactMap(\.time)
      #expect(Set(times).count == 150_001 && times.allSatisfy { $0 % 1000 == 0 })
    }
  }

  @Test(arguments: [
    ("{ every: 1s, fields: { v: linear }, values: { v: 1 } }", "`fields` says how 'v' is filled already"),
    ("{ every: 1s, key: k, fields: { k: previous } }", "'k' is a field of the key"),
    ("{ every: 1s, fields: { v: mean } }", "mean"), ("{ fields: { v: linear } }", "every"),
    ("{ every: 1s, fields: { w: linear } }", "no field 'w' comes in here"),
  ])
  func `options that cannot work together are refused`(_ case: (with: String, why: String)) throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "pipeline.yaml",
      """
      sources: { in: { use: file, with: { path: in.jsonl, time: ts, fields: { k: string, v: double } } } }
      operators: { full: { use: fill, from: in, with: \(`case`.with) } }
      sinks: { out: { use: stdout, from: full } }
      """)
    let result = try Tidemill.run(["validate", "pipeline.yaml"], in: directory.path)
    #expect(result.exitCode == 78 && result.errors.contains(`case`.why), "\(result.errors)")
  }
}
