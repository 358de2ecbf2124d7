import ProofBench
import TestSupport
import Testing

/// Windows of many panes, which are put together of runs of panes: random streams against the model, as in `WindowPropertyTests`.
@Suite(.serialized) struct WindowRunTests {
  /// Windows of 8 panes and more, with the case's aggregates and rows of so many partitions.
  private func choose(_ seed: UInt64, partitions: Int) -> (test: WindowCase, rows: [[ModelRow]], random: RandomCase) {
    var choice = SplitMix(seed: seed)
    let pane = [1000, 60_000_000, 7_000_000_000][choice.below(3)] as Int64
    let count = Int64([8, 9, 12, 16, 31, 33, 65][choice.below(7)])
    let stride = Int64(1 + choice.below(4))
    let offset = choice.below(2) == 0 ? 0 : pane / 2
    let kind: WindowKind =
      switch choice.below(4) {
      case 0: .cumulate(size: count * pane, step: pane, offset: offset)
      case 1: .sliding(size: count * pane, every: pane, offset: offset)
      // A length that has no more than a pane in common with the distance.
      default: .sliding(size: (count * stride + 1) * pane, every: stride * pane, offset: offset)
      }
    var random = RandomCase(seed: seed)
    let test = random.test(kind, span: count * pane, aggregates: 3)
    return (test, random.rows(30 + choice.below(60), partitions: partitions, span: count * pane), random)
  }

  private func run(
    _ test: WindowCase, _ chunks: [RandomCase.Chunk], _ rows: [[ModelRow]], restoredBefore isDue: ((Int) -> Bool)? = nil
  ) throws -> ManifestRun {
    let steps = chunks.map { chunk in
      LineSource.Step.lines(partition: chunk.partition, rows[chunk.partition][chunk.rows].map(\.line).joined())
    }
    return try ManifestRun(test.manifest, inputs: ["in": (rows.count, steps)]) { _, component in
      isDue.map { RestoringComponent(component, before: $0).table } ?? component
    }
  }

  @Test func `windows of many panes are as the model says, to the same bits whatever the frames and wherever restored`() throws
  {
    for seed in Seeds.of(8000, 12) {
      var (test, rows, random) = choose(seed, partitions: 1)
      let model = WindowModel(test: test)
      var first: String?
      for limit in [1, 5, 4096] {
        let check = WindowCheck(test: test, replay: "seed \(seed), frames of \(limit)")
        let every = 2 + Int(seed % 7)
        let run = try run(
          test, random.schedule(rows, limit: limit), rows, restoredBefore: limit == 5 ? { $0 % every == 0 } : nil)
        check.story(run, rows[0], model)
        let text = "\(check.found(run))"
        #expect(first == nil || first == text, "frames of \(limit) give other bits; seed \(seed)\n\(test.manifest)")
        first = text
      }
    }
  }

  @Test func `and over several partitions the last results are`() throws {
    for seed in Seeds.of(9000, 8) {
      var (test, rows, random) = choose(seed, partitions: 2 + Int(seed % 2))
      let model = WindowModel(test: test)
      for limit in [1, 40] {
        let check = WindowCheck(test: test, replay: "seed \(seed), frames of \(limit)")
        check.last(try run(test, random.schedule(rows, limit: limit), rows), rows, model)
      }
    }
  }
}
