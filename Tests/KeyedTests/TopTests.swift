import ProofBench
import TestSupport
import Testing

/// The operator `top` in the real engine, against its model and against counts that are exact.
@Suite(.serialized) struct TopTests {
  @Test
  func `results are those of the model, and their bounds hold, whatever the size of the frames and over several partitions`()
    throws
  {
    try KeyedProof<TopModel>.holdInFrames(Seeds.of(2100, 60))
  }

  @Test func `counters that are saved and restored between any two calls change nothing`() throws {
    try KeyedProof<TopModel>.holdRestored(Seeds.of(2200, 30))
  }

  @Test func `an item that weighs more than its share is told among a hundred thousand, and memory stays bounded`() throws {
    var random = SplitMix(seed: 2300)
    var exact: [String: Int64] = [:]
    let lines = (0..<60_000).map { number -> String in
      // One in eight is one of ten heavy items; all others come once or twice.
      let item = random.below(8) == 0 ? "heavy \(random.below(10))" : "light \(random.below(100_000))"
      exact[item, default: 0] += 1
      return "{\"ts\":\(number),\"row\":\(number),\"s\":\"\(item)\"}"
    }
    var one = SplitMix(seed: 1)
    let rows = RollingRows(0, partitions: 1, &one)
    let steps = Dealing.steps([lines], most: 4096, &random)
    nonisolated(unsafe) var around: RestoringComponent?
    let manifest = rows.manifest(
      "top", ["by: s", "k: 200", "capacity: 200", "every: 1s"], more: ", state: { bytes: 1MiB }")
    let run = try ManifestRun(manifest, inputs: ["in": (1, steps)]) {
      around = RestoringComponent($1, onlyMeasures: true) { _ in true }
      return around!.table
    }
    let told = Set(run.out.compactMap { if case .text(let item) = $0["s"] { item } else { nil } })
    for (item, weight) in exact where weight > 60_000 / 200 { #expect(told.contains(item), "\(item)") }
    #expect(run.out.allSatisfy { $0.int("error")! <= 60_000 / 200 })
    #expect((around?.sizes.max() ?? .max) < 200 * 64 + 200)
  }
}
