import ProofBench
import TestSupport
import Testing

/// `moving`, `rate` and `top` over one partition, through one lane and through several: each key's results are the same, in the same
/// order.
@Suite(.serialized) struct RollingLaneTests {
  private func hold(
    _ use: String, _ options: [String], keys: [String], _ rows: RollingRows, replay: String, frames most: Int, restoring: Int?,
    _ random: inout SplitMix
  ) throws {
    let (steps, _) = rows.dealt(most: most, &random)
    var first: (out: [[UInt8]: [String]], late: [[UInt8]: [String]])?
    for lanes in 1...4 {
      let manifest = rows.manifest(use, options, more: ", lanes: \(lanes)")
      let run = try ManifestRun(manifest, inputs: ["in": (1, steps)]) { node, component in
        guard let restoring, node == "it" else { return component }
        return RestoringComponent(component) { $0 % restoring == 0 }.table
      }
      let why = "\(lanes) lanes of \(use); \(replay)\n\(manifest)"
      let found = (out: byKey(run.out, keys), late: byKey(run.late, keys))
      guard found.out == (first ?? found).out, found.late == (first ?? found).late else {
        let pairs = [((first ?? found).out, found.out), ((first ?? found).late, found.late)]
        let differing = pairs.compactMap { one, other in
          Set(one.keys).union(other.keys).first { one[$0] != other[$0] }.map { "\(one[$0] ?? [])\nis now\n\(other[$0] ?? [])" }
        }
        Issue.record("other results, \(why)\n\(differing.joined(separator: "\n"))")
        return
      }
      first = first ?? found
      #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()), \(why)")
    }
  }

  /// The rows of each key, to the last bit.
  private func byKey(_ rows: [RowCollector.Row], _ keys: [String]) -> [[UInt8]: [String]] {
    Dictionary(grouping: rows) { row in Cell.keyBytes(keys.map { row[$0] }) }
      .mapValues { rows in
        rows.map { row in row.fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ") + " @\(row.time ?? 0)" }
      }
  }

  private static let frames = [1, 2, 3, 7, 16, 64, 300, 4096]

  @Test func `the number of lanes changes no result of moving`() throws {
    for seed in Seeds.of(4100, 12) {
      var random = SplitMix(seed: seed)
      let rows = RollingRows(200, partitions: 1, &random)
      var model = MovingModel(rows.unit, &random)
      if model.keys.isEmpty { model.keys = ["k", "j"] }
      try hold(
        "moving", model.options, keys: model.keys, rows, replay: "seed \(seed)", frames: Self.frames[Int(seed) % 8],
        restoring: seed % 3 == 0 ? 4 : nil, &random)
    }
  }

  @Test func `the number of lanes changes no result of rate`() throws {
    for seed in Seeds.of(4200, 12) {
      var random = SplitMix(seed: seed)
      let rows = RollingRows(200, partitions: 1, &random)
      var model = RateModel(rows.unit, &random)
      if model.keys.isEmpty { model.keys = ["k", "j"] }
      try hold(
        "rate", model.options, keys: model.keys, rows, replay: "seed \(seed)", frames: Self.frames[Int(seed) % 8],
        restoring: seed % 3 == 0 ? 4 : nil, &random)
    }
  }

  @Test func `the number of lanes changes no result of top`() throws {
    for seed in Seeds.of(4300, 12) {
      var random = SplitMix(seed: seed)
      let rows = RollingRows(250, partitions: 1, &random, wild: false)
      var model = TopModel(rows.unit, &random)
      if model.keys.isEmpty { model.keys = ["j"] }
      try hold(
        "top", model.options, keys: model.keys, rows, replay: "seed \(seed)", frames: Self.frames[Int(seed) % 8],
        restoring: seed % 3 == 0 ? 4 : nil, &random)
    }
  }
}
