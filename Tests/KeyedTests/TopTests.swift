import ProofBench
import TestSupport
import Testing

/// The operator `top` in the real engine, against its model and against counts that are exact.
@Suite(.serialized) struct TopTests {
  private static let frames = [1, 2, 3, 7, 16, 64, 300, 4096]

  private func hold(_ run: ManifestRun, _ model: TopModel, _ rows: [RollingRow], _ check: RollingCheck) {
    let (results, late, dead) = model.story(rows)
    for (index, (row, wanted)) in zip(run.out, results).enumerated() {
      let fields: [(String, Cell)] = [
        ("rank", .int(Int64(wanted.rank))), ("count", .int(wanted.counter.count)), ("error", .int(wanted.counter.error)),
        ("total", .int(wanted.total)), ("window_start", .time(wanted.start)), ("window_end", .time(wanted.end)),
      ]
      let isSame =
        fields.allSatisfy { row[$0.0] == $0.1 } && row.time == wanted.end - 1
        && Cell.keyBytes(model.keys.map { row[$0] }) == Cell.keyBytes(wanted.key)
        && Cell.keyBytes(model.items.map { row[$0] }) == Cell.keyBytes(wanted.counter.item)
      guard isSame else {
        Issue.record("result \(index) is \(row.fields), expected \(wanted); \(check.replay)\n\(check.manifest)")
        return
      }
      #expect(wanted.counter.count - wanted.counter.error <= wanted.exact && wanted.exact <= wanted.counter.count)
      #expect(wanted.counter.error <= wanted.total / Int64(model.capacity), "\(wanted); \(check.replay)")
    }
    #expect(run.out.count == results.count, "\(check.replay)\n\(check.manifest)")
    #expect(run.late.map { $0.int("row") } == late.map { Int64($0.number) }, "late; \(check.replay)\n\(check.manifest)")
    #expect(run.late.map { $0.int("lateness") } == late.map(\.lateness), "late; \(check.replay)\n\(check.manifest)")
    check.books(run, rows: rows.count, late: late.count, dead: dead.count)
  }

  private func rows(_ count: Int, partitions: Int, _ random: inout SplitMix) -> RollingRows {
    RollingRows(count, partitions: partitions, &random, wild: false)
  }

  @Test
  func `results are those of the model, and their bounds hold, whatever the size of the frames and over several partitions`()
    throws
  {
    for seed in Seeds.of(2100, 60) {
      var random = SplitMix(seed: seed)
      let rows = rows(60 + Int(seed % 5) * 80, partitions: 1 + Int(seed % 3), &random)
      let model = TopModel(rows.unit, &random)
      let manifest = rows.manifest("top", model.options)
      for most in [1, Self.frames[Int(seed) % Self.frames.count], 4096] {
        let (steps, order) = rows.dealt(most: most, &random)
        let check = RollingCheck(replay: "seed \(seed), frames of \(most)", manifest: manifest)
        hold(try ManifestRun(manifest, inputs: ["in": (rows.count, steps)]), model, order, check)
      }
    }
  }

  @Test func `counters that are saved and restored between any two calls change nothing`() throws {
    for seed in Seeds.of(2200, 30) {
      var random = SplitMix(seed: seed)
      let rows = rows(200, partitions: 1 + Int(seed % 3), &random)
      let model = TopModel(rows.unit, &random)
      let manifest = rows.manifest("top", model.options)
      let (steps, order) = rows.dealt(most: 1 + Int(seed % 9), &random)
      let every = 1 + Int(seed % 7)
      let run = try ManifestRun(manifest, inputs: ["in": (rows.count, steps)]) {
        RestoringComponent($1) { $0 % every == 0 }.table
      }
      hold(run, model, order, RollingCheck(replay: "seed \(seed), restored", manifest: manifest))
    }
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
