import ProofBench
import TestSupport
import Testing

/// `moving` over fields without a type: integers are exact, and values keep what they are.
@Suite(.serialized) struct MovingFormTests {
  private static let manifest = """
    name: proof
    sources: { in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns }, watermark: monotonic } }
    operators:
      it:
        use: moving
        from: in
        with:
          count: 3
          key: k
          set: { s: sum(v), mean: avg(v), lo: min(v), hi: max(v), n: count(v), spread: variance(v), w: sum(w) }
    sinks: { out: { use: file, from: it, with: { path: out.jsonl } } }

    """

  private func run(_ values: [String], restoring: Bool = false) throws -> [RowCollector.Row] {
    var random = SplitMix(seed: 1)
    let lines = values.enumerated().map { "{\"ts\":\($0.offset),\"k\":\"a\",\"v\":\($0.element),\"w\":1.5}" }
    let steps = Dealing.steps([lines], most: 2, &random)
    return try ManifestRun(Self.manifest, inputs: ["in": (1, steps)]) {
      restoring && $0 == "it" ? RestoringComponent($1) { _ in true }.table : $1
    }.out
  }

  @Test(arguments: [false, true]) func `integers are exact, also from a snapshot`(restoring: Bool) throws {
    let out = try run(
      ["9007199254740993", "9007199254740993", "-1", "9223372036854775807", "9223372036854775807"], restoring: restoring)
    try #require(out.count == 5)
    #expect(out[0]["s"] == .int(9_007_199_254_740_993) && out[0]["hi"] == .int(9_007_199_254_740_993))
    #expect(out[1]["s"] == .int(18_014_398_509_481_986) && out[1]["lo"] == .int(9_007_199_254_740_993))
    #expect(out[2]["s"] == .int(18_014_398_509_481_985) && out[2]["lo"] == .int(-1))
    // Beyond 64 bits.
    #expect(out[4]["s"] == .null && out[4]["hi"] == .int(.max) && out[4]["lo"] == .int(-1) && out[4]["n"] == .int(3))
    #expect(out.allSatisfy { $0["w"].number.map { $0.truncatingRemainder(dividingBy: 1.5) == 0 } == true })
  }

  @Test(arguments: [false, true]) func `integers and doubles that come mixed keep their form`(restoring: Bool) throws {
    let out = try run(["1", "2.5", "1.0", "4", "null", "\"text\"", "7", "8", "9"], restoring: restoring)
    try #require(out.count == 9)
    #expect(out.prefix(4).map { $0["s"] } == [.int(1), .double(3.5), .double(4.5), .double(7.5)])
    // Of an integer and a double that are equal the integer.
    #expect(out.prefix(4).map { $0["lo"] } == [.int(1), .int(1), .int(1), .double(1)])
    #expect(out.prefix(4).map { $0["hi"] } == [.int(1), .double(2.5), .double(2.5), .int(4)])
    #expect(out[5]["s"] == .int(4) && out[5]["hi"] == .int(4) && out[5]["mean"] == .double(4))
    #expect(out[8]["s"] == .int(24) && out[8]["mean"] == .double(8) && out[8]["spread"] == .double(1))
  }

  @Test func `of values that are no numbers the sum is 0, and the rest null`() throws {
    let out = try run(["\"text\"", "[1]"])
    #expect(out.map { $0["s"] } == [.int(0), .int(0)] && out.allSatisfy { $0["lo"] == .null && $0["mean"] == .null })
  }

  @Test func `an integer above those with a sign keeps its value`() throws {
    let out = try run(["1", "18446744073709551615", "2.0"])
    #expect(out.map { $0["lo"] } == [.int(1), .int(1), .int(1)])
    #expect(out[1]["hi"].number == 0x1p64 && out[2]["s"].number == 0x1p64)
  }

  @Test func `the results do not depend on frames, and are those of window`() throws {
    let manifest = """
      name: proof
      sources: { in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns }, watermark: monotonic } }
      operators:
        it: { use: moving, from: in, with: { count: 4, set: { s: sum(v), lo: min(v), hi: max(v) } } }
        win: { use: window, from: in, with: { count: 4, aggregate: { s: sum(v), lo: min(v), hi: max(v) } } }
      sinks:
        out: { use: file, from: it, with: { path: out.jsonl } }
        win_out: { use: file, from: win, with: { path: win.jsonl } }

      """
    for seed in Seeds.of(400, 12) {
      var random = SplitMix(seed: seed)
      let lines = (0..<80).map { number -> String in
        let values = [
          "\(random.below(9))", "\(random.below(9)).0", "\(random.below(90)).25", "9007199254740993", "null",
        ]
        return "{\"ts\":\(number),\"v\":\(values[random.below(values.count)])}"
      }
      var first: [String]?
      for most in [1, 3, 17, 4096] {
        let run = try ManifestRun(manifest, inputs: ["in": (1, Dealing.steps([lines], most: most, &random))])
        let story = run.out.map { "\($0["s"]) \($0["lo"]) \($0["hi"])" }
        let windows = (run.rows["win_out"] ?? []).map { "\($0["s"]) \($0["lo"]) \($0["hi"])" }
        #expect(windows == stride(from: 3, to: 80, by: 4).map { story[$0] }, "seed \(seed), frames of \(most)")
        #expect(first == nil || first == story, "seed \(seed), frames of \(most)")
        first = first ?? story
      }
    }
  }
}
