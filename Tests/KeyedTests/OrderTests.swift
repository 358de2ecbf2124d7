import ProofBench
import TestSupport
import Testing

/// `order: event_time`: what depends on the order in which rows meet is the same for every dealing of frames.
@Suite(.serialized) struct OrderTests {
  /// - Parameter lanes: of the windows, where their input has an order.
  private func manifest(order: Bool, lanes: Int) -> String {
    """
    name: proof
    sources:
      in:
        use: file
        with: { path: in.jsonl, time: ts, time_unit: ns, fields: { row: int, k: string, v: double } }
        watermark: { delay: 2ms }
    operators:
      tens:
        use: window
        from: in
        lanes: \(lanes)
        \(order ? "order: event_time" : "on_error: stop")
        with: { count: 10, key: k, aggregate: { rows: list(row), sum: sum(v), first: first(row) } }
      calm:
        use: throttle
        from: in
        \(order ? "order: event_time" : "on_error: stop")
        with: { limit: 3, every: 5ms, by: k }
    sinks:
      out: { use: file, from: tens, with: { path: out.jsonl } }
      calm_out: { use: file, from: calm, with: { path: calm.jsonl } }

    """
  }

  private func stream(_ seed: UInt64) -> TimedStream {
    var random = SplitMix(seed: seed)
    return TimedStream(
      &random, rows: 400, partitions: 3, delay: 2_000_000, step: 200_000, spread: [0, 1_800_000, 6_000_000][Int(seed % 3)],
      grain: [1, 100_000][Int(seed % 2)]
    ) { _, random in
      [("k", TimedStream.key(&random)), ("v", .double(Double(random.below(1_000_000)) / 7))]
    }
  }

  private func run(
    _ stream: TimedStream, order: Bool, lanes: Int, frame: Int, _ random: inout SplitMix
  ) throws -> ManifestRun {
    let run = try stream.run(manifest(order: order, lanes: lanes), frame: frame, &random) { $0.hasSuffix(".order") }
    for name in ["tens.order", "calm.order"] {
      let node = run.node(name)
      #expect((node != nil) == order, "\(name)")
      let count = UInt64(stream.inOrder.count)
      if let node { #expect(node.rowsIn == count && node.taken == count, "the books of \(name)") }
    }
    return run
  }

  @Test func `counts and rates over three partitions are the same for every dealing of frames, in any number of lanes`() throws
  {
    let seeds = Seeds.of(700, 12)
    var wereShared = false, differs = false
    for seed in seeds {
      var random = SplitMix(seed: seed)
      let stream = stream(seed)
      var check = LaneCheck("tens", by: ["k"], sinks: ["out", "calm_out"])
      var unordered: KeyedStory?
      for (lanes, frame) in zip(1...4, [1, 5, 40, 4096]) {
        let replay = "seed \(seed), \(lanes) lanes, frames of \(frame)"
        check.hold(try run(stream, order: true, lanes: lanes, frame: frame, &random), lanes: lanes, replay)
        let other = KeyedStory(
          try run(stream, order: false, lanes: 1, frame: frame, &random), by: ["k"], sinks: ["out", "calm_out"])
        if unordered.flatMap({ other.difference(from: $0) }) != nil { differs = true }
        unordered = unordered ?? other
      }
      if check.wereShared { wereShared = true }
      // In one sequence: of one lane.
      var first: KeyedStory?
      for frame in [1, 5, 40, 4096] {
        let story = KeyedStory(
          try run(stream, order: true, lanes: 1, frame: frame, &random), by: [], sinks: ["out", "calm_out"])
        let difference = first.flatMap { story.difference(from: $0) }
        #expect(difference == nil, "seed \(seed), frames of \(frame)")
        first = first ?? story
      }
    }
    #expect(
      wereShared && differs || seeds.count == 1,
      "without the order nothing differed, or one lane had all rows, so nothing was shown")
  }

  @Test func `sources that number their rows alike meet in one order, too`() throws {
    let manifest = """
      name: proof
      sources:
        one: { use: file, with: { path: one.jsonl, time: ts, time_unit: ns, fields: { row: int } }, watermark: { delay: 3ns } }
        two: { use: file, with: { path: two.jsonl, time: ts, time_unit: ns, fields: { row: int } }, watermark: { delay: 9ns } }
      operators:
        tens: { use: window, from: [one, two], order: event_time, with: { count: 7, aggregate: { rows: list(row) } } }
      sinks: { out: { use: file, from: tens, with: { path: out.jsonl } } }

      """
    for seed in Seeds.of(800, 10) {
      var random = SplitMix(seed: seed)
      let lines = (0..<2).map { source in
        (0..<200).map { place in "{\"ts\":\(place / 3 - random.below(4)),\"row\":\(random.below(1000) * 2 + source)}" }
      }
      var texts: Set<String> = []
      for frame in [1, 8, 300] {
        let run = try ManifestRun(
          manifest,
          inputs: [
            "one": (1, Dealing.steps([lines[0]], most: frame, &random)),
            "two": (1, Dealing.steps([lines[1]], most: frame, &random)),
          ])
        texts.insert("\(run.out.map(\.fields))")
      }
      #expect(texts.count == 1, "seed \(seed)")
    }
  }

  // MARK: The manifest

  private func plan(_ rest: String, command: String = "plan") throws -> (code: Int32, output: String, errors: String) {
    let directory = try TemporaryDirectory()
    try directory.write(
      "pipeline.yaml",
      """
      sources:
        in: { use: file, with: { path: in.jsonl, time: ts, fields: { v: int } }, watermark: { delay: 1s } }
      \(rest)
      """)
    let result = try Tidemill.run([command, "pipeline.yaml"], in: directory.path)
    return (result.exitCode, result.output, result.errors)
  }

  @Test func `the plan shows what waits before a node, and marks no more what it makes repeatable`() throws {
    func operators(_ order: String, from: String = "in") -> String {
      """
        more: { use: file, with: { path: more.jsonl, time: ts, fields: { v: int } }, watermark: { delay: 1s\(from == "in" ? "" : ", idle: 5s") } }
      operators:
        tens: { use: window, from: \(from), \(order)with: { count: 10, aggregate: { sum: sum(v) } } }
        next: { use: filter, from: tens, with: { where: sum > 0.0 || true } }
      sinks: { out: { use: file, from: [next, more], buffer: {}, with: { path: out.jsonl } } }
      """
    }
    let without = try plan(operators(""))
    #expect(without.output.contains("over several partitions of 'in' results depend on arrival"), "\(without)")
    let with = try plan(operators("order: event_time, "))
    #expect(with.code == 0 && !with.output.contains("depend on arrival"), "\(with)")
    #expect(
      with.output.contains(
        "operator tens.order: order: event_time, rows wait for the watermark and leave by event time and id"), "\(with)")
    #expect(with.output.contains("in -> tens.order") && with.output.contains("tens.order -> tens"), "\(with)")
    let idle = try plan(operators("order: event_time, ", from: "[in, more]"))
    #expect(idle.output.contains("results depend on arrival: those of 'more' do"), "\(idle)")
    let dropping = try plan(operators("order: event_time, buffer: { when_full: drop_oldest }, "))
    #expect(dropping.output.contains("results depend on arrival: an edge before it may drop rows"), "\(dropping)")
    #expect(dropping.output.contains("in -> tens.order    ring, arrival"), "\(dropping)")
  }

  @Test func `a sink can have an order`() throws {
    let directory = try TemporaryDirectory()
    try directory.write("in.jsonl", [3, 1, 2].map { "{\"ts\":\($0),\"x\":  \($0)}\n" }.joined())
    try directory.write(
      "pipeline.yaml",
      """
      sources: { in: { use: file, with: { path: in.jsonl, time: ts }, watermark: { delay: 1s } } }
      sinks: { out: { use: file, from: in, order: event_time, with: { path: out.jsonl } } }
      """)
    let result = try Tidemill.run(["run", "pipeline.yaml", "--dev"], in: directory.path)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(directory.read("out.jsonl") == [1, 2, 3].map { "{\"ts\":\($0),\"x\":  \($0)}\n" }.joined())
    #expect(result.errors.contains("out.order"), "\(result.errors)")
  }

  @Test(arguments: [
    ("order: time", "'time' is no value of 'order'; one of: event_time"),
    ("order: { by: id }", "'order' takes one of event_time"), ("order: 5", "'5' is no value of 'order'"),
  ])
  func `another order is refused where it stands`(_ case: (order: String, why: String)) throws {
    let result = try plan(
      "sinks: { out: { use: file, from: in, with: { path: out.jsonl }, \(`case`.order) } }", command: "validate")
    #expect(result.code == 78 && result.errors.contains(`case`.why), "\(result.errors)")
    #expect(result.errors.contains("pipeline.yaml:3:"), "\(result.errors)")
  }

  @Test func `a source has no order`() throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "pipeline.yaml",
      "sources: { in: { use: file, with: { path: in.jsonl }, order: event_time } }\nsinks: { out: { use: stdout, from: in } }\n"
    )
    let result = try Tidemill.run(["validate", "pipeline.yaml"], in: directory.path)
    #expect(result.exitCode == 78)
    #expect(
      result.errors.contains("pipeline.yaml:1:55: 'order' is the order in which a node takes its input, and a source has none"),
      "\(result.errors)")
  }
}
