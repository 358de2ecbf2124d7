import ProofBench
import TestSupport
import Testing

/// Random rows of two inputs through `join` in the real engine, against the model.
@Suite(.serialized) struct JoinPropertyTests {
  @Test func `every pair, row without a partner and late row is the model's, however rows come`() throws {
    for seed in Seeds.of(1, 60) {
      let test = JoinCase(seed: seed)
      for most in [1, Dealing.frames[Int(seed % 8)], 4096] {
        test.hold(try test.run(seed, most: most), "SEED=\(seed), frames of \(most)")
      }
    }
  }

  @Test func `a state that is saved and restored between any two calls changes nothing`() throws {
    for seed in Seeds.of(500, 40) {
      let test = JoinCase(seed: seed)
      let most = Dealing.frames[Int(seed % 8)]
      test.hold(try test.run(seed, most: most, restoring: true), "SEED=\(seed), frames of \(most), restored")
    }
  }
}
