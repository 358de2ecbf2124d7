import ProofBench
import TestSupport
import Testing

/// The same rows through one lane and through several: each key's results are the same, in the same order.
@Suite(.serialized) struct FoldLaneTests {
  private static let unit: Int64 = 1_000_000

  private static let operators: [(use: String, options: [String], fields: [String])] = [
    (
      "reduce",
      [
        "key: [k, j]", "initial: { rows: '0', line: \"''\" }",
        "with: { rows: rows + 1, line: 'line.size() < 9 ? line + s : s' }",
      ],
      ["rows", "line"]
    ),
    (
      "aggregate", ["key: [k, j]", "ttl: 9ms", "aggregate: { rows: count(), high: max(value) }", "emit: change"],
      ["rows", "high"]
    ),
    ("dedupe", ["key: [k, j]", "ttl: 6ms"], ["row"]),
    ("dedupe", ["key: [k, j]", "ttl: 6ms", "extend: true", "approximate: { keys: 100 }"], ["row"]),
  ]

  @Test func `the number of lanes changes no result`() throws {
    for seed in Seeds.of(1000, 16) {
      var random = SplitMix(seed: seed)
      let stream = FoldStream(
        300, partitions: 1, unit: Self.unit, delay: Self.unit * 3, most: FoldStream.frames[Int(seed) % 8], &random)
      let test = Self.operators[Int(seed) % Self.operators.count]
      func results(lanes: Int) throws -> [[Cell]: [[Cell]]] {
        let manifest = stream.manifest(test.use, test.options)
          .replacing("    use: \(test.use)\n", with: "    use: \(test.use)\n    lanes: \(lanes)\n")
        let run = try stream.run(manifest, restoring: seed % 3 == 0 ? 4 : nil)
        #expect(run.books.discrepancies().isEmpty, "seed \(seed), \(lanes) lanes")
        return Dictionary(grouping: run.out) { row in ["k", "j"].map { row[$0] } }
          .mapValues { rows in rows.map { row in test.fields.map { row[$0] } } }
      }
      let one = try results(lanes: 1)
      for lanes in [2, 3, 4] { #expect(try results(lanes: lanes) == one, "seed \(seed), \(lanes) lanes of \(test.use)") }
    }
  }
}
