import ProofBench
import TestSupport
import Testing

/// The operator `rate` in the real engine, against its model.
@Suite(.serialized) struct RateTests {
  @Test func `each row tells the change since the one before, whatever the size of the frames and over several partitions`()
    throws
  {
    try KeyedProof<RateModel>.holdInFrames(Seeds.of(1100, 60))
  }

  @Test func `values that are saved and restored between any two calls change nothing`() throws {
    try KeyedProof<RateModel>.holdRestored(Seeds.of(1200, 30))
  }

  private func run(_ options: [String], _ lines: [String]) throws -> ManifestRun {
    var random = SplitMix(seed: 1)
    let rows = RollingRows(0, partitions: 1, &random)
    return try ManifestRun(
      rows.manifest("rate", options), inputs: ["in": (1, Dealing.steps([lines], most: 4096, &random))])
  }

  @Test func `a counter that falls has begun anew`() throws {
    let lines = [10, 25, 5, 5, 8].enumerated().map {
      "{\"ts\":\($0.offset * 2_000_000_000),\"row\":\($0.offset),\"n\":\($0.element)}"
    }
    let counter = try run(["counter: true", "set: { rate: rate(n), more: delta(n) }"], lines)
    #expect(counter.out.map { $0["more"] } == [.null, .double(15), .double(5), .double(0), .double(3)])
    #expect(counter.out.map { $0["rate"] } == [.null, .double(7.5), .double(2.5), .double(0), .double(1.5)])
    let gauge = try run(["set: { rate: rate(n) }", "per: 1m"], lines)
    #expect(gauge.out.map { $0["rate"] } == [.null, .double(450), .double(-600), .double(0), .double(90)])
  }

  @Test func `integers are compared exactly, and what is no finite number is no value`() throws {
    let large = try run(
      ["set: { more: delta(n) }"],
      [9_007_199_254_740_993, 9_007_199_254_740_994].enumerated().map {
        "{\"ts\":\($0.offset),\"row\":\($0.offset),\"n\":\($0.element)}"
      })
    #expect(large.out.map { $0["more"] } == [.null, .double(1)])
    let lines = [1, 0, 2].enumerated().map { "{\"ts\":\($0.offset),\"row\":\($0.offset),\"v\":\($0.element)}" }
    let endless = try run(["set: { more: delta(1.0 / v) }"], lines)
    #expect(endless.out.map { $0["more"] } == [.null, .null, .double(-0.5)])
  }
}
