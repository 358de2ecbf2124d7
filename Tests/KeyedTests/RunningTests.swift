import ProofBench
import TestSupport
import Testing

/// Random streams through `aggregate` in the real engine, against the model. Every failure prints its seed.
@Suite(.serialized) struct RunningTests {
  private static let unit: Int64 = 1_000_000

  private func chosen(_ random: inout SplitMix, exactly: Bool) -> RunningModel {
    let all = exactly ? RunningModel.exact : RunningModel.exact + RunningModel.near
    var aggregates = all.filter { _ in random.below(3) == 0 }
    if aggregates.isEmpty { aggregates = [all[random.below(all.count)]] }
    let keys: [[String]] = [["k"], ["k"], ["k", "j"], ["j"], []]
    var model = RunningModel(keys: keys[random.below(keys.count)], aggregates: aggregates)
    if random.below(2) == 0 { model.ttl = Self.unit * Int64(1 + random.below(12)) }
    return model
  }

  private func options(_ model: RunningModel, _ emit: String) -> [String] {
    var options = ["emit: \(emit)"]
    if !model.keys.isEmpty { options.append("key: [\(model.keys.joined(separator: ", "))]") }
    options.append("aggregate: { \(model.aggregates.map { "\($0.name): \"\($0.text)\"" }.joined(separator: ", ")) }")
    if let ttl = model.ttl { options.append("ttl: \(ttl)ns") }
    return options
  }

  private func isSame(_ row: RowCollector.Row, _ wanted: RunningModel.Result, _ model: RunningModel) -> Bool {
    Cell.keyBytes(model.keys.map { row[$0] }) == Cell.keyBytes(wanted.key)
      && zip(model.aggregates, wanted.values).allSatisfy { $1.holds(row[$0.name]) }
  }

  private func hold(_ run: ManifestRun, _ stream: FoldStream, _ model: RunningModel, _ replay: String) {
    let expected = model.results(of: stream.rows)
    for (at, row) in run.out.enumerated() {
      guard at < expected.count, isSame(row, expected[at], model), row.time == expected[at].time else {
        let wanted = at < expected.count ? "\(expected[at])" : "nothing"
        Issue.record("result \(at): got \(row), expected \(wanted); \(replay)")
        break
      }
    }
    #expect(run.out.count == expected.count, "\(replay)")
    #expect(run.dead.isEmpty && run.node("op")!.taken == UInt64(stream.rows.count), "\(replay)")
    #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()) \(replay)")
  }

  @Test func `every result is as the model says, whatever the size of the frames`() throws {
    for seed in Seeds.of(1000, 40) {
      var random = SplitMix(seed: seed)
      let isOfChanges = seed % 3 == 0
      var model = chosen(&random, exactly: isOfChanges)
      model.emitsChanges = isOfChanges
      // What is first and last goes by ids, which several partitions have each for themselves.
      let partitions = model.aggregates.contains { ["first", "last"].contains($0.name) } ? 1 : 1 + Int(seed % 3)
      let delay = Self.unit * Int64(random.below(6))
      for most in [1, FoldStream.frames[1 + Int(seed) % 6], 4096] {
        let stream = FoldStream(
          40 + Int(seed % 5) * 30, partitions: partitions, unit: Self.unit, delay: delay, most: most, &random)
        let manifest = stream.manifest("aggregate", options(model, isOfChanges ? "change" : "every"))
        hold(try stream.run(manifest), stream, model, "seed \(seed), frames of \(most)\n\(manifest)")
      }
    }
  }

  @Test func `a state that is saved and restored between any two calls changes nothing`() throws {
    for seed in Seeds.of(2000, 20) {
      var random = SplitMix(seed: seed)
      var model = chosen(&random, exactly: true)
      model.emitsChanges = seed % 2 == 0
      let stream = FoldStream(120, partitions: 1, unit: Self.unit, delay: Self.unit, most: 5, &random)
      let manifest = stream.manifest("aggregate", options(model, model.emitsChanges ? "change" : "every"))
      let run = try stream.run(manifest, restoring: 1 + Int(seed % 5))
      hold(run, stream, model, "seed \(seed), restored\n\(manifest)")
    }
  }

  @Test func `with emit at watermarks keys that had rows have a result each, in the order of their bytes`() throws {
    for seed in Seeds.of(3000, 20) {
      var random = SplitMix(seed: seed)
      let model = chosen(&random, exactly: true)
      // All rows in one frame: the only watermarks are those behind it and of the end.
      let stream = FoldStream(150, partitions: 1, unit: Self.unit, delay: Self.unit * 1000, most: 1, &random)
      let whole = [LineSource.Step.lines(partition: 0, stream.rows.map(\.line).joined())]
      let manifest = stream.manifest("aggregate", options(model, "watermark"))
      let run = try ManifestRun(manifest, inputs: ["in": (1, whole)])
      let states = model.results(of: stream.rows)
      let keys = Set(states.map(\.key)).sorted { Cell.keyBytes($0).lexicographicallyPrecedes(Cell.keyBytes($1)) }
      #expect(run.out.count == keys.count, "seed \(seed)\n\(manifest)")
      for (row, key) in zip(run.out, keys) {
        let last = states.last { $0.key == key }!
        #expect(isSame(row, last, model), "\(row) in place of \(last); seed \(seed)\n\(manifest)")
      }
    }
  }

  @Test func `what aggregates leave out stands in the books, of all lanes and of instances that are gone`() throws {
    let lines = (0..<60).map { "{\"ts\":\($0),\"k\":\"\($0 % 7)\",\"value\":\($0 % 3 == 0 ? "\"x\"" : "1.5")}\n" }
    var random = SplitMix(seed: 1)
    let stream = FoldStream(1, partitions: 1, unit: 1, delay: 1000, most: 1, &random)
    let plain = stream.manifest(
      "aggregate", ["key: k", "aggregate: { rows: count(value), sum: sum(value), mean: avg(value), low: min(value) }"],
      declared: false)
    for (lanes, size, every) in [(1, 60, 0), (1, 7, 0), (3, 7, 0), (1, 7, 2), (3, 1, 3)] {
      let manifest = plain.replacing("    use: aggregate\n", with: "    use: aggregate\n    lanes: \(lanes)\n")
      let steps = stride(from: 0, to: 60, by: size).map { start -> LineSource.Step in
        .lines(partition: 0, lines[start..<min(start + size, 60)].joined())
      }
      let run = try ManifestRun(manifest, inputs: ["in": (1, steps)]) { node, component in
        guard node == "op", every > 0 else { return component }
        return RestoringComponent(component) { $0 % every == 0 }.table
      }
      // By the sum and by the mean.
      #expect(run.out.count == 60 && run.node("op")?.leftOut == 40, "\(lanes) lanes, frames of \(size)")
      #expect(run.books.discrepancies().isEmpty && run.dead.isEmpty)
      let told = run.log.count { $0.contains("'sum' leaves out values of 'value' that 'sum' cannot take") }
      #expect(told > 0 && (lanes > 1 || every > 0 || told == 1), "\(run.log)")
    }
  }

  @Test func `many results at a watermark all leave, one for each key`() throws {
    let keys = 40_000
    let lines = (0..<keys).map { "{\"ts\":1,\"row\":\($0)}\n" }
    let steps = stride(from: 0, to: keys, by: 4096).map { start -> LineSource.Step in
      .lines(partition: 0, lines[start..<min(start + 4096, keys)].joined())
    }
    var random = SplitMix(seed: 1)
    let stream = FoldStream(1, partitions: 1, unit: 1, delay: 1000, most: 1, &random)
    let manifest = stream.manifest("aggregate", ["key: row", "aggregate: { rows: count() }", "emit: watermark"])
    let run = try ManifestRun(manifest, inputs: ["in": (1, steps)])
    #expect(run.out.count == keys)
    #expect(Set(run.out.map { $0.int("row") ?? -1 }).count == keys)
    #expect(run.books.discrepancies().isEmpty)
  }
}
