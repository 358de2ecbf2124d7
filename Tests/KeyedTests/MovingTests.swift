import ProofBench
import TestSupport
import Testing

/// The operator `moving` in the real engine, against its model.
@Suite(.serialized) struct MovingTests {
  @Test func `each row has the statistics of its window, whatever the size of the frames and over several partitions`() throws {
    try KeyedProof<MovingModel>.holdInFrames(Seeds.of(100, 80))
  }

  @Test func `a window that is saved and restored between any two calls gives the same bits`() throws {
    try KeyedProof<MovingModel>.holdRestored(Seeds.of(300, 40))
  }

  /// Rows that differ in `v` alone, a nanosecond apart.
  private func steps(_ values: [String], most: Int = 4096) -> [LineSource.Step] {
    var random = SplitMix(seed: 1)
    let lines = values.enumerated().map { "{\"ts\":\($0.offset),\"row\":\($0.offset),\"v\":\($0.element)}" }
    return Dealing.steps([lines], most: most, &random)
  }

  private func run(_ options: [String], _ values: [String]) throws -> ManifestRun {
    var random = SplitMix(seed: 1)
    let manifest = RollingRows(0, partitions: 1, &random).manifest("moving", options)
    return try ManifestRun(manifest, inputs: ["in": (1, steps(values))])
  }

  @Test func `what has left the window leaves no trace in its sums`() throws {
    // Each large value costs a sum that is updated by subtraction all digits of the others.
    var values: [String] = []
    for number in 0..<3000 { values.append(number % 30 == 7 ? "1e300" : "0.1") }
    let run = try run(["count: 10", "set: { sum: sum(v), spread: stddev(v) }"], values)
    let far = run.out.filter { $0.int("row")! % 30 >= 17 }
    #expect(far.count > 1000)
    #expect(far.allSatisfy { abs($0["sum"].number! - 1) < 1e-15 })
    #expect(far.allSatisfy { $0["spread"].number! < 1e-15 })
  }

  @Test func `NaN and infinity are gone when their rows are`() throws {
    var random = SplitMix(seed: 1)
    let manifest = RollingRows(0, partitions: 1, &random).manifest(
      "moving", ["count: 3", "set: { mean: avg(1.0 / v), odd: sum(0.0 / v), least: min(0.0 / v) }"])
    let run = try ManifestRun(manifest, inputs: ["in": (1, steps(["1", "0", "1", "1", "1", "1"]))])
    #expect(run.out.map { $0["mean"].number! } == [1, .infinity, .infinity, .infinity, 1, 1])
    #expect(run.out.map { $0["odd"].number!.isNaN } == [false, true, true, true, false, false])
    #expect(run.out.map { $0["least"].number! } == [0, 0, 0, 0, 0, 0])
  }

  @Test func `a window holds a million rows of a key, and says so of one more`() throws {
    let lines = (0..<1_000_002).map { "{\"ts\":\($0),\"row\":\($0),\"v\":\($0 % 10)}" }
    func run(_ window: String) throws -> ManifestRun {
      var random = SplitMix(seed: 1)
      let manifest = """
        name: proof
        sources:
          in: { use: file, with: { path: in.jsonl, format: json, time: ts, time_unit: ns, fields: { \(RollingRows.columns) } } }
        operators:
          it: { use: moving, from: in, with: { \(window), set: { rows: count(), sum: sum(v) } } }
          last: { use: filter, from: it, with: { where: row > 1000000 } }
        sinks:
          out: { use: file, from: last, with: { path: out.jsonl } }

        """
      return try ManifestRun(manifest, inputs: ["in": (1, Dealing.steps([lines], most: 4096, &random))])
    }
    let last = try #require(try run("count: 1000000").out.last)
    #expect(last.int("rows") == 1_000_000)
    #expect(last["sum"] == .double(4_500_000))
    #expect(throws: ManifestRun.Failure.self) { try run("time: 1h") }
  }
}
