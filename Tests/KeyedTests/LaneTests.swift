import ProofBench
import TestSupport
import Testing

/// Operators that keep state by key, in one lane to four: each key's results are the same, in the same order.
@Suite(.serialized) struct LaneTests {
  @Test func `the number of lanes changes no result of dedupe`() throws {
    try KeyedProof<DedupeModel>.holdInLanes(Seeds.of(4000, 12))
  }

  @Test func `the number of lanes changes no result of reduce`() throws {
    try KeyedProof<ReduceModel>.holdInLanes(Seeds.of(4100, 12))
  }

  @Test func `the number of lanes changes no result of aggregate`() throws {
    try KeyedProof<RunningModel>.holdInLanes(Seeds.of(4200, 12))
  }

  @Test func `the number of lanes changes no result of moving`() throws {
    try KeyedProof<MovingModel>.holdInLanes(Seeds.of(4300, 12))
  }

  @Test func `the number of lanes changes no result of rate`() throws {
    try KeyedProof<RateModel>.holdInLanes(Seeds.of(4400, 12))
  }

  @Test func `the number of lanes changes no result of top`() throws {
    try KeyedProof<TopModel>.holdInLanes(Seeds.of(4500, 12))
  }

  @Test func `the number of lanes changes nothing of what a bounded memory lets pass`() throws {
    let seeds = Seeds.of(4600, 8)
    var wereShared = false
    for seed in seeds {
      var random = SplitMix(seed: seed)
      let stream = DedupeModel.stream(300, partitions: 1, &random)
      let options = ["key: [k, j]", "ttl: 6ms", "extend: \(seed % 2 == 0)", "approximate: { keys: 100 }"]
      var check = LaneCheck("op", by: ["k", "j"], sinks: DedupeModel.sinks)
      for lanes in 1...4 {
        let manifest = stream.manifest("dedupe", options, ports: DedupeModel.ports, node: ["lanes: \(lanes)"])
        let run = try stream.run(manifest, restoring: seed % 3 == 0 ? 4 : nil)
        check.hold(run, lanes: lanes, "seed \(seed), \(lanes) lanes\n\(manifest)")
      }
      if check.wereShared { wereShared = true }
    }
    #expect(wereShared || seeds.count == 1, "one lane had all rows, so nothing was shown")
  }
}
