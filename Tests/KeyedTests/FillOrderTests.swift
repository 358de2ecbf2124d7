import ProofBench
import TestSupport
import Testing

/// `fill` sends real and made rows in one order, which no frame size changes and in which no row of a key comes behind a later one.
@Suite(.serialized) struct FillOrderTests {
  /// With `rate` behind, which sends a row of a key that is older than the one before by `late`.
  private func manifest(_ fill: String, delay: Int64) -> String {
    """
    name: proof
    sources:
      in:
        use: file
        with: { path: in.jsonl, time: ts, time_unit: ns, fields: { row: int, k: string, v: double } }
        watermark: { delay: \(delay)ns }
    operators:
      full: { use: fill, from: in, with: { \(fill), key: k, fields: { v: linear, row: "null" } } }
      step: { use: rate, from: full, with: { key: k, set: { d: delta(v) } } }
    sinks:
      out: { use: file, from: full, with: { path: out.jsonl } }
      step_out: { use: file, from: step, with: { path: step.jsonl } }
      late: { use: file, from: step.late, with: { path: late.jsonl } }

    """
  }

  @Test func `rows of several keys leave by time, made ones among the others, in frames of any size`() throws {
    let records: [(Int64, String, Double)] = [
      (0, "a", 0), (0, "b", 0), (2000, "a", 4), (3000, "b", 6), (9000, "a", 6), (9000, "b", 6),
    ]
    let lines = records.enumerated().map {
      "{\"ts\":\($0.element.0),\"row\":\($0.offset),\"k\":\"\($0.element.1)\",\"v\":\($0.element.2)}"
    }
    let manifest = manifest("every: 1us", delay: 0)
    var first: KeyedStory?
    for frame in [1, 2, 3, 4, 5, 6, 4096] {
      let run = try ManifestRun(manifest, inputs: ["in": (1, Dealing.steps(lines, frame: frame))])
      let times = run.out.compactMap(\.time)
      let wanted: [Int64] = (0..<20).map { (number: Int64) in number / 2 * 1000 }
      #expect(times == wanted, "frames of \(frame): \(times)")
      #expect(run.late.isEmpty && run.rows["step_out"]?.count == 20, "frames of \(frame)")
      let story = KeyedStory(run, by: [], sinks: ["out"])
      #expect(first.flatMap { story.difference(from: $0) } == nil, "frames of \(frame)")
      first = first ?? story
    }
  }

  @Test func `the sequence of all rows of one partition is the same for every frame size, and none is late behind it`() throws {
    for seed in Seeds.of(700, 4) {
      var random = SplitMix(seed: seed)
      let stream = TimedStream(
        &random, rows: 70, partitions: 1, delay: 0, step: [900, 5000][random.below(2)], spread: 0,
        grain: [1, 100][random.below(2)]
      ) { _, random in
        [("k", TimedStream.key(&random)), ("v", random.below(6) == 0 ? .null : .double(Double(random.below(1000)) / 8))]
      }
      let lines = stream.partitions[0].map(\.line)
      let manifest = manifest("every: 1us, max_gap: \([9, 60, 1000][random.below(3)])us", delay: 0)
      var first: KeyedStory?
      // From the number of rows on all of them are one frame.
      for frame in Array(1...lines.count + 1) + [1000, 4096] {
        let run = try ManifestRun(manifest, inputs: ["in": (1, Dealing.steps(lines, frame: frame))])
        let why = "seed \(seed), frames of \(frame)\n\(manifest)"
        let times = run.out.compactMap(\.time)
        #expect(times == times.sorted(), "rows out of order; \(why)")
        #expect(run.late.isEmpty, "\(run.late.prefix(2)); \(why)")
        #expect(run.out.contains { $0["filled"] == .bool(true) }, "\(why)")
        let story = KeyedStory(run, by: [], sinks: ["out", "step_out"])
        if let difference = first.flatMap({ story.difference(from: $0) }) {
          Issue.record("another sequence: \(difference)\n\(why)")
          return
        }
        first = first ?? story
        #expect(run.books.discrepancies().isEmpty, "\(why)")
      }
    }
  }

  @Test func `a row waits for a key that has gone silent no longer than a gap may be`() throws {
    var lines = ["{\"ts\":0,\"row\":0,\"k\":\"silent\",\"v\":1}"]
    for row in 1...40 { lines.append("{\"ts\":\(row * 1000),\"row\":\(row),\"k\":\"busy\",\"v\":\(row)}") }
    let run = try ManifestRun(
      manifest("every: 1us, max_gap: 5us", delay: 0), inputs: ["in": (1, Dealing.steps(lines, frame: 1))]
    ) { node, component in
      node == "full" ? RestoringComponent(component) { _ in true }.table : component
    }
    #expect(run.out.compactMap { $0.int("row") } == Array(0...40) && run.late.isEmpty)
  }
}
