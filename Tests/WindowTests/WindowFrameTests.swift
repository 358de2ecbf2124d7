import ProofBench
import Testing

/// Long streams in frames of one row, of some, and of as many as a frame is given at most: the same results to the last bit.
@Suite(.serialized) struct WindowFrameTests {
  private static let rows = 10_000
  private static let frames = [4096, 256, 7, 1]

  private func kind(_ seed: UInt64, _ random: inout RandomCase) -> WindowCase {
    switch seed % 7 {
    case 5:
      var test = random.test(.count(50 + Int(seed % 9)), span: 1_000_000)
      (test.allowedLateness, test.late) = (0, nil)
      return test
    case 6: return random.test(.custom(unit: 3, length: 4), span: 3_000_000_000)
    case let kind: return random.test(Int(kind))
    }
  }

  @Test func `one partition in frames of 4096 rows gives what it gives in frames of one`() throws {
    for seed in Seeds.of(8000, 7) {
      var random = RandomCase(seed: seed)
      let test = kind(seed, &random)
      let origin: Int64? = seed % 7 == 6 ? 1_700_000_000_000_000_000 : nil
      let rows = random.rows(Self.rows, partitions: 1, span: max(1, random.span / 60), origin: origin)
      let lines = rows[0].map(\.line)
      var first: String?
      for limit in Self.frames {
        let check = WindowCheck(test: test, replay: "seed \(seed), frames of \(limit)")
        let steps = LineSource.steps(lines, frame: limit)
        let run = try ManifestRun(test.manifest, inputs: ["in": (1, steps)], frameRows: limit)
        let source = try #require(run.node("in"))
        #expect(source.out[0].frames == UInt64((Self.rows + limit - 1) / limit), "frames of \(limit) are frames of \(limit)")
        if first == nil, seed % 7 != 5 { check.last(run, rows, WindowModel(test: test)) }
        let text = "\(check.found(run)) late \(run.late.map { "\($0["row"]) by \($0["lateness"])" })"
        #expect(first == nil || first == text, "frames of \(limit) give other results; seed \(seed)\n\(test.manifest)")
        first = text
      }
    }
  }

  @Test func `three partitions in frames of 4096 rows give what they give in frames of seven`() throws {
    for seed in Seeds.of(8100, 5) {
      var random = RandomCase(seed: seed)
      let test = kind(seed % 5, &random)
      let rows = random.rows(Self.rows, partitions: 3, span: max(1, random.span / 20))
      let model = WindowModel(test: test)
      for limit in [4096, 7] {
        let chunks = random.schedule(rows, limit: limit)
        let steps = chunks.map {
          LineSource.Step.lines(partition: $0.partition, rows[$0.partition][$0.rows].map(\.line).joined())
        }
        let run = try ManifestRun(test.manifest, inputs: ["in": (3, steps)], frameRows: limit)
        WindowCheck(test: test, replay: "seed \(seed), frames of \(limit)").last(run, rows, model)
      }
    }
  }

  @Test func `rows of several sources have ids of their own, the same in every run`() throws {
    let manifest = """
      name: ids
      sources:
        a: { use: file, with: { path: a.jsonl, format: json } }
        b: { use: file, with: { path: b.jsonl, format: json } }
        c: { use: file, with: { path: c.jsonl, format: json } }
      operators:
        all: { use: filter, from: [a, b, c], with: { where: 'n >= 0' } }
      sinks:
        out: { use: file, from: all, with: { path: out.jsonl } }

      """
    var inputs: [String: (partitions: Int, steps: [LineSource.Step])] = [:]
    for (place, name) in ["a", "b", "c"].enumerated() {
      inputs[name] = (2, (0..<4).map { .lines(partition: $0 % 2, "{\"n\":\(place * 10 + $0)}\n{\"n\":\(place * 10 + $0)}\n") })
    }
    let run = try ManifestRun(manifest, inputs: inputs)
    var found: [Int64: Int64] = [:]
    for row in run.out { found[try #require(row.id)] = row.int("n") ?? row["n"].number.map { Int64($0) } }
    #expect(found.count == 24, "no two rows share an id")
    var expected: [Int64: Int64] = [:]
    for place in 0..<3 {
      for step in 0..<4 {
        for row in 0..<2 {
          expected[Int64((step % 2) * 3 + place) << 48 | Int64(step / 2 * 2 + row)] = Int64(place * 10 + step)
        }
      }
    }
    #expect(found == expected)
  }
}
