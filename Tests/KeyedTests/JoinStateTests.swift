import ProofBench
import TestSupport
import Testing

/// Rows that `join` keeps, through states that were damaged on their way.
@Suite(.serialized) struct JoinStateTests {
  @Test func `saved rows that were damaged are refused, or are other rows, and never end the process`() throws {
    var refused = 0
    for seed in Seeds.of(3000, 200) {
      nonisolated(unsafe) var random = SplitMix(seed: seed)
      do {
        _ = try JoinCase(seed: seed).run(seed, most: 16, damage: { StateDamage.one(of: &$0, &random) })
      } catch let failure as ManifestRun.Failure {
        refused += 1
        #expect(failure.description.contains("saved"), "SEED=\(seed): \(failure)")
      }
    }
    #expect(refused > 0)
  }

  @Test func `saved rows that were cut, go on behind their end, or are in the group of another key are refused`() throws {
    let damages: [RestoringComponent.Damage] = [
      { groups in groups = groups.mapValues { Array($0.dropLast()) } },
      { groups in groups = groups.mapValues { $0 + [0] } },
      { groups in
        groups = Dictionary(uniqueKeysWithValues: groups.map { ($0.key == .max ? .max : ($0.key + 1) % 128, $0.value) })
      },
    ]
    // Keys that have rows on one side alone, which wait to the end.
    var test = JoinCase(seed: 1)
    (test.bounds, test.kind, test.delay, test.isDeclared, test.keys) = (.within(before: 0, after: 0), "full", 1000, true, 1)
    test.rows = (0..<2).map { side in
      [
        (0..<60).map { place in
          let number = Int64(side * 100 + place)
          let key = "key \(number)", line = "{\"n\":\(number),\"ts\":1,\"\(side == 0 ? "k" : "q")0\":\"\(key)\"}"
          return JoinCase.Row(
            number: number, side: side, partition: 0, time: 1, key: [.text(key)], value: nil, line: line)
        }
      ]
    }
    for (number, damage) in damages.enumerated() {
      let failure = #expect(throws: ManifestRun.Failure.self, "damage \(number)") {
        try test.run(1, most: 4, damage: damage)
      }
      #expect(failure?.description.contains("saved") == true, "damage \(number): \(failure.map { "\($0)" } ?? "")")
    }
  }
}
