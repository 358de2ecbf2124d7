import ProofBench
import TestSupport
import Testing

/// `order: event_time` before windows: late rows or not, every run gives the same results, to the last bit.
@Suite(.serialized) struct WindowOrderTests {
  /// Sums whose last place shows in which order they were made, over panes that windows have in common.
  private func choose(_ seed: UInt64) -> (test: WindowCase, rows: [[ModelRow]], random: RandomCase) {
    var choice = SplitMix(seed: seed)
    let pane = 1_000_000 as Int64
    let count = Int64([2, 3, 6, 10, 17, 33][choice.below(6)])
    let kind: WindowKind =
      switch choice.below(4) {
      case 0: .cumulate(size: count * pane, step: pane, offset: 0)
      case 1: .tumbling(count * pane, offset: 0)
      default: .sliding(size: count * pane, every: pane * Int64(1 + choice.below(2)), offset: 0)
      }
    var random = RandomCase(seed: seed)
    var test = random.test(kind, span: count * pane, aggregates: 0)
    test.keys = ["j"]
    test.aggregates = [
      .init(name: "rows", function: .countRows), .init(name: "sum", function: .sum, argument: .value),
      .init(name: "spread", function: .variance, argument: .value),
      .init(name: "ratio", function: .avg, argument: .scaled, filter: .isGood),
    ]
    test.delay = [0, count * pane / 4, count * pane][choice.below(3)]
    test.isOrdered = true
    let rows = random.rows(240, partitions: 3, span: count * pane, origin: Int64(choice.below(50)) * pane)
    return (test, rows, random)
  }

  private func run(_ test: WindowCase, _ chunks: [RandomCase.Chunk], _ rows: [[ModelRow]]) throws -> ManifestRun {
    let steps = chunks.map { chunk in
      LineSource.Step.lines(partition: chunk.partition, rows[chunk.partition][chunk.rows].map(\.line).joined())
    }
    return try ManifestRun(test.manifest, inputs: ["in": (rows.count, steps)])
  }

  /// All results and late rows. Those of several lanes meet in any order, and may be sent again as they are.
  private func text(_ check: WindowCheck, _ run: ManifestRun) -> [String] {
    let results = check.found(run).map(\.description)
    return Set(results).sorted() + run.late.map { "late \($0.int("row") ?? -1) \($0.int("lateness") ?? -1)" }.sorted()
  }

  @Test func `sums of doubles are the same to the last bit however partitions meet, in any number of lanes`() throws {
    var (late, corrected) = (0, 0)
    for seed in Seeds.of(9500, 14) {
      var (test, rows, random) = choose(seed)
      var first: [String]?
      for round in 0..<6 {
        test.lanes = 1 + round % 4
        let limit = [1, 300, 4, 40, 2, 90][round]
        let check = WindowCheck(test: test, replay: "seed \(seed), frames of \(limit), \(test.lanes) lanes")
        let run = try run(test, random.schedule(rows, limit: limit), rows)
        let found = text(check, run)
        #expect(first == nil || found == first, "\(check.replay)\n\(test.manifest)")
        first = first ?? found
        late += run.late.count
        corrected += run.out.count { ($0.int("corrections") ?? 0) > 0 }
      }
    }
    #expect(late > 0 && corrected > 0, "no row was late, so nothing was shown")
  }

  /// Two partitions, in the one of which a row is late for the first of its windows when the other has not got as far.
  @Test func `a late row counts alike whether or not its first windows have been sent`() throws {
    var test = WindowCase(
      kind: .sliding(size: 4000, every: 1000, offset: 0), keys: [],
      aggregates: [
        .init(name: "spread", function: .variance, argument: .value), .init(name: "sum", function: .sum, argument: .value),
      ], delay: 0)
    test.isOrdered = true
    var random = SplitMix(seed: 5)
    var number = 0
    func rows(_ times: [Int64], partition: Int) -> [ModelRow] {
      times.enumerated().map { place, time in
        number += 1
        let value = Double(random.below(1 << 40)) / 7
        return ModelRow(
          number: number, partition: partition, id: Int64(partition) << 48 | Int64(place), time: time,
          fields: [("value", .double(value))])
      }
    }
    let partitions = [
      rows([3100, 3200, 3300, 5200, 3400, 3500, 5300, 3600, 9000], partition: 0),
      rows([3050, 3150, 3250, 3350, 5250, 5350, 9000], partition: 1),
    ]
    func chunk(_ partition: Int, _ rows: Range<Int>) -> RandomCase.Chunk { .init(partition: partition, rows: rows) }
    let dealings = [
      [chunk(0, 0..<9), chunk(1, 0..<7)], [chunk(1, 0..<7), chunk(0, 0..<9)],
      [chunk(0, 0..<4), chunk(1, 0..<5), chunk(0, 4..<6), chunk(1, 5..<6), chunk(0, 6..<9), chunk(1, 6..<7)],
    ]
    let texts = try dealings.map { dealing -> String in
      "\(WindowCheck(test: test, replay: "").found(try run(test, dealing, partitions)))"
    }
    #expect(Set(texts).count == 1, "\(texts)")
  }
}
