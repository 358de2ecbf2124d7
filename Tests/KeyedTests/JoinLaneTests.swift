import ProofBench
import Testing

/// `join` in one lane to four, over windows and intervals, of every kind: the same pairs, and the same rows without a partner.
@Suite(.serialized) struct JoinLaneTests {
  private static let fields = ["ln", "rn", "lv", "rv", "lm", "rm", "window_start", "window_end", "lateness"]

  private func hold(_ seeds: [UInt64], restoring: Bool) throws {
    var wereShared = false
    for seed in seeds {
      var test = JoinCase(seed: seed)
      test.kind = ["inner", "left", "full"][Int(seed % 3)]
      var check = LaneCheck("both", by: (0..<test.keys).map { "k\($0)" }, sinks: ["out", "late"])
      check.fields = Self.fields
      // Two sources meet as they come: late rows leave then, and pairs that are near in time.
      check.unordered = ["late"]
      if case .within = test.bounds { check.unordered.insert("out") }
      for lanes in 1...4 {
        test.lanes = lanes
        let most = Dealing.frames[(Int(seed % 8) + 3 * lanes) % 8]
        let replay = "SEED=\(seed), \(lanes) lanes, frames of \(most)\n\(test.manifest)"
        let run = try test.run(seed, most: most, restoring: restoring)
        if lanes == 1 { test.hold(run, replay) }
        check.hold(run, lanes: lanes, replay)
      }
      if check.wereShared { wereShared = true }
    }
    #expect(wereShared || seeds.count == 1, "one lane had all rows, so nothing was shown")
  }

  @Test func `the number of lanes changes no pair, and no row without a partner`() throws {
    try hold(Seeds.of(1500, 30), restoring: false)
  }

  @Test func `lanes that are saved and restored between any two calls join the same`() throws {
    try hold(Seeds.of(1600, 12), restoring: true)
  }
}
