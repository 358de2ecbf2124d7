import ProofBench
import TestSupport
import Testing

/// Sources whose records several threads decode: what they give is what one thread gives.
@Suite(.serialized) struct SourceLaneTests {
  private func manifest(lanes: Int, format: String = "json", fields: String = "time: ts, time_unit: ns") -> String {
    """
    name: decoded
    sources:
      in:
        use: file
        lanes: \(lanes)
        with: { path: in.jsonl, format: \(format), \(fields) }
        watermark: { delay: 500ns }
    operators:
      win: { use: window, from: in, with: { tumbling: 1us, key: k, aggregate: { n: count(), sum: sum(v), first: first(v), all: list(v) } } }
    sinks:
      rows: { use: file, from: in, with: { path: rows.jsonl } }
      out: { use: file, from: win, with: { path: out.jsonl } }
      late: { use: file, from: win.late, with: { path: late.jsonl } }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  }

  /// Records of which some are damaged in every way that a line can be.
  private func line(_ number: Int, _ random: inout SplitMix) -> String {
    let time = Int64(1_700_000_000_000_000_000) + Int64(number * 40) - Int64(random.below(1500))
    switch random.below(40) {
    case 0: return "{\"ts\":\(time),\"k\":\"a\",\"v\":"
    case 1: return ""
    case 2: return "{\"ts\":\"soon\",\"k\":\"a\",\"v\":1}"
    case 3: return "[1,2]"
    case 4: return "{\"ts\":\(time),\"k\":\"b\",\"v\":7}\r"
    case 5: return "{\"ts\":\(time),\"k\":\"c\",\"v\":\"text\",\"more\":{\"deep\":[\(number)]}}"
    default: return "{\"ts\":\(time),\"k\":\"\(["a", "b", "c", "ü"][random.below(4)])\",\"v\":\(random.below(1000))}"
    }
  }

  @Test func `rows, late rows, dead letters and results are those of one thread, in their order`() throws {
    for seed in Seeds.of(100, 8) {
      var random = SplitMix(seed: seed)
      let partitions = 1 + Int(seed % 3)
      let lines = (0..<partitions).map { _ in (0..<600).map { line($0, &random) } }
      let steps = Dealing.steps(lines, most: [1, 5, 60, 600][Int(seed) % 4], &random)
      var first: String?
      for lanes in [1, 2, 3, 8] {
        let run = try ManifestRun(manifest(lanes: lanes), inputs: ["in": (partitions, steps)])
        #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()); seed \(seed)")
        let refused = run.dead.map { row in "\(row["reason"]) \(row["offset"]) \(row["partition"]) \(row["record"])" }
        let story =
          "\(run.rows["rows"]!.map(\.fields))\n\(run.out.map(\.fields))\n\(run.late.map(\.fields))\n\(refused)\n"
          + "\(run.node("in")!.mismatches) \(run.node("in")!.rejected) \(run.node("in")!.out[0].rows)"
        #expect(first == nil || story == first, "\(lanes) lanes give something else; seed \(seed)")
        first = first ?? story
        #expect(run.node("in")!.rejected > 20 && !run.late.isEmpty)
      }
    }
  }

  @Test func `a record that is too long, and pieces of records, do not shift what follows`() throws {
    let long = "{\"k\":\"" + String(repeating: "x", count: 9 << 20) + "\"}"
    let good = (0..<50).map { "{\"ts\":\(1_700_000_000_000_000_000 + $0),\"k\":\"a\",\"v\":\($0)}" }
    // One frame of all records: the long one goes through the decoder in parts.
    let text = (good + [long] + good).map { $0 + "\n" }.joined()
    for lanes in [1, 4] {
      let run = try ManifestRun(manifest(lanes: lanes), inputs: ["in": (1, [.lines(partition: 0, text)])])
      #expect(run.rows["rows"]!.count == 100 && run.dead.count == 1, "\(lanes) lanes: \(run.rows["rows"]!.count)")
      #expect(run.rows["rows"]!.map { $0.int("v") } == (0..<100).map { Int64($0 % 50) })
    }
  }

  @Test(.timeLimit(.minutes(2))) func `records that are far larger as columns wait for no memory that others of them hold`()
    throws
  {
    let names = (0..<200).map { "c\($0): int" }.joined(separator: ", ")
    let lines = (0..<60_000).map { "{\"c7\":\($0 % 1000 == 999 ? "\"text\"" : "\($0 % 1000)")}" }
    var random = SplitMix(seed: 9)
    let steps = Dealing.steps([lines], most: 60_000, &random)
    var first: String?
    for lanes in [1, 2, 4] {
      let run = try ManifestRun(
        """
        name: wide
        sources: { in: { use: file, lanes: \(lanes), with: { path: in.jsonl, format: json, fields: { \(names) } } } }
        operators: { some: { use: filter, from: in, with: { where: c7 > 990 } } }
        sinks: { out: { use: file, from: some, with: { path: out.jsonl } } }

        """, inputs: ["in": (1, steps)])
      let node = run.node("in")!
      let story = "\(run.out.map { $0["c7"] }) \(node.mismatches) \(node.rejected) \(node.out[0].rows)"
      #expect(first == nil || story == first, "\(lanes) lanes")
      first = first ?? story
      #expect(run.out.count == 60 * 8 && node.mismatches + node.rejected == 60)
    }
  }

  @Test func `threads that wait for much to do begin in the middle, and nothing shows of it`() throws {
    var random = SplitMix(seed: 77)
    // Long records: the threads begin at some megabytes.
    let padding = ",\"pad\":\"\(String(repeating: "-", count: 900))\"}"
    let lines = (0..<2).map { _ in
      (0..<4000).map { number in
        let line = line(number, &random)
        return line.hasSuffix("}") ? line.dropLast() + padding : line
      }
    }
    let steps = Dealing.steps(lines, most: 400, &random)
    func run(lanes: Int, _ steps: [LineSource.Step]) throws -> (story: String, hasBegun: Bool) {
      let run = try ManifestRun(manifest(lanes: lanes), inputs: ["in": (2, steps)], lanesWhenBusy: true)
      #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies())")
      let dead = run.dead.map { "\($0["reason"]) \($0["offset"]) \($0["partition"])" }
      let story = "\(run.rows["rows"]!.map(\.fields))\n\(run.out.map(\.fields))\n\(run.late.map(\.fields))\n\(dead)"
      return (story, run.log.contains { $0.contains("threads decode from here on") })
    }
    let one = try run(lanes: 1, steps)
    let three = try run(lanes: 3, steps)
    #expect(!one.hasBegun && three.hasBegun)
    #expect(one.story == three.story)
    #expect(try run(lanes: 3, Dealing.steps([Array(lines[0][..<100])], most: 10, &random)).hasBegun == false)
  }

  @Test func `text is decoded by several threads too`() throws {
    let lines = (0..<5000).map { "line \($0)" }
    var random = SplitMix(seed: 5)
    let steps = Dealing.steps([lines], most: 700, &random)
    let manifest = """
      name: lines
      sources: { in: { use: file, lanes: 3, with: { path: in.txt, format: text } } }
      operators: { same: { use: map, from: in, with: { set: { line: message } } } }
      sinks: { out: { use: file, from: same, with: { path: out.jsonl } } }

      """
    let run = try ManifestRun(manifest, inputs: ["in": (1, steps)])
    #expect(run.out.map { $0["line"] } == lines.map { .text($0) })
  }
}
