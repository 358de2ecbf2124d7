import ProofBench
import TestSupport
import Testing

/// Random streams through `reduce` in the real engine, against the model. Every failure prints its seed.
@Suite(.serialized) struct ReduceTests {
  private struct Case {
    var model: ReduceModel
    var emit = "every"
    var more: [String] = []

    var options: [String] {
      var options: [String] = []
      if !model.keys.isEmpty { options.append("key: [\(model.keys.joined(separator: ", "))]") }
      options.append("initial: { \(model.accumulators.map { "\($0.name): \"\($0.initial)\"" }.joined(separator: ", ")) }")
      options.append("with: { \(model.accumulators.map { "\($0.name): \"\($0.with)\"" }.joined(separator: ", ")) }")
      if let ttl = model.ttl { options.append("ttl: \(ttl)ns") }
      options.append("emit: \(emit)")
      if model.isStrict { options.append("strict: true") }
      return options
    }
  }

  private static let unit: Int64 = 1_000_000

  private func chosen(_ random: inout SplitMix) -> Case {
    let accumulators = ReduceModel.all.filter { $0.name == "rows" || random.below(2) == 0 }
    let keys: [[String]] = [["k"], ["k"], ["k", "j"], ["j"], []]
    var model = ReduceModel(keys: keys[random.below(keys.count)], accumulators: accumulators)
    if random.below(2) == 0 { model.ttl = Self.unit * Int64(1 + random.below(12)) }
    model.isStrict = random.below(3) == 0
    return Case(model: model)
  }

  private func found(_ run: ManifestRun, _ model: ReduceModel) -> [ReduceModel.Result] {
    run.out.map { row in
      .init(key: model.keys.map { row[$0] }, values: model.accumulators.map { row[$0.name] }, time: row.time ?? 0)
    }
  }

  private func hold(_ run: ManifestRun, _ stream: FoldStream, _ model: ReduceModel, _ replay: String) {
    let expected = model.results(of: stream.rows)
    let found = found(run, model)
    if let at = found.indices.first(where: { $0 >= expected.results.count || found[$0] != expected.results[$0] }) {
      let wanted = at < expected.results.count ? "\(expected.results[at])" : "nothing"
      Issue.record("result \(at): got \(found[at]), expected \(wanted); \(replay)")
    }
    #expect(found.count == expected.results.count, "\(replay)")
    #expect(run.dead.count == expected.rejected.count, "dead letters; \(replay)")
    let node = run.node("op")!
    #expect(node.taken == UInt64(stream.rows.count - expected.rejected.count), "taken; \(replay)")
    #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()) \(replay)")
  }

  @Test func `every result is as the model says, whatever the size of the frames`() throws {
    for seed in Seeds.of(1000, 50) {
      var random = SplitMix(seed: seed)
      var test = chosen(&random)
      if seed % 3 == 0 {
        test.emit = "change"
        test.model.emitsChanges = true
      }
      let partitions = 1 + Int(seed % 3)
      let delay = Self.unit * Int64(random.below(6))
      for most in [1, FoldStream.frames[1 + Int(seed) % 6], 4096] {
        let stream = FoldStream(
          40 + Int(seed % 7) * 40, partitions: partitions, unit: Self.unit, delay: delay, most: most, &random)
        let manifest = stream.manifest("reduce", test.options, declared: seed % 2 == 0)
        hold(try stream.run(manifest), stream, test.model, "seed \(seed), frames of \(most)\n\(manifest)")
      }
    }
  }

  @Test func `with emit at watermarks each key's last result is its last state, and every one a state that it had`() throws {
    for seed in Seeds.of(2000, 30) {
      var random = SplitMix(seed: seed)
      var test = chosen(&random)
      test.emit = "watermark"
      let stream = FoldStream(
        200, partitions: 1 + Int(seed % 3), unit: Self.unit, delay: Self.unit, most: FoldStream.frames[Int(seed) % 8], &random)
      let manifest = stream.manifest("reduce", test.options)
      let run = try stream.run(manifest, restoring: seed % 2 == 0 ? 3 : nil)
      let states = test.model.results(of: stream.rows).results
      var next: [[Cell]: Int] = [:]
      for result in found(run, test.model) {
        // Their times are the greatest of the key so far, so that values alone are compared.
        let place = states.indices.first { at in
          at >= next[result.key] ?? 0 && states[at].key == result.key && states[at].values == result.values
        }
        guard let place else {
          Issue.record("\(result) is no state behind the one before; seed \(seed)\n\(manifest)")
          break
        }
        next[result.key] = place + 1
      }
      for key in Set(states.map(\.key)) {
        let last = found(run, test.model).last { $0.key == key }
        #expect(last?.values == states.last { $0.key == key }?.values, "\(key); seed \(seed)\n\(manifest)")
      }
      #expect(run.books.discrepancies().isEmpty, "seed \(seed)")
    }
  }

  @Test func `a state that is saved and restored between any two calls changes nothing`() throws {
    for seed in Seeds.of(3000, 25) {
      var random = SplitMix(seed: seed)
      let test = chosen(&random)
      let stream = FoldStream(
        150, partitions: 1 + Int(seed % 2), unit: Self.unit, delay: Self.unit * 2, most: 5, &random)
      let manifest = stream.manifest("reduce", test.options, declared: seed % 2 == 0)
      let run = try stream.run(manifest, restoring: 1 + Int(seed % 5))
      hold(run, stream, test.model, "seed \(seed), restored\n\(manifest)")
    }
  }

  @Test func `accumulators are variables that hide fields, and mistakes are told before a run`() throws {
    var random = SplitMix(seed: 1)
    let stream = FoldStream(1, partitions: 1, unit: 1, delay: 0, most: 1, &random)
    func problem(_ options: [String]) -> String {
      do {
        _ = try stream.run(stream.manifest("reduce", options))
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(problem(["initial: { total: '0.0' }", "with: { total: total + s }"]).contains("'with.total'"))
    #expect(problem(["initial: { total: '0.0' }", "with: { total: totl + value }"]).contains("'with.total': "))
    #expect(
      problem(["initial: { total: '0.0', n: '1' }", "with: { total: total + value }"]).contains("nothing is made of 'n'"))
    #expect(problem(["initial: { total: '0.0' }", "with: { total: total + value, x: n }"]).contains("has no beginning"))
    #expect(problem(["initial: { value: '0.0' }", "with: { value: value + 1.0 }"]) == "")
    #expect(problem(["initial: { n: '0' }", "with: { n: n + 0.5 }"]) == "")
    let mixed = problem(["initial: { total: '0.0' }", "with: { total: 'string(total)' }"])
    #expect(
      mixed.contains(
        "'with.total': it gives string, and 'total' stays double, as it begins: let 'initial.total' begin with '', "
          + "or write double(x) here"), "\(mixed)")
    let list = problem(["initial: { all: '[1]' }", "with: { all: 'all + [2]' }"])
    #expect(list.contains("'initial.all': it gives list(int), and 'all' has one value"), "\(list)")
    #expect(!list.contains("with.all"), "\(list)")
  }

  @Test func `keys beyond the limit of state stop the run with what to do`() throws {
    var random = SplitMix(seed: 5)
    let stream = FoldStream(400, partitions: 1, unit: Self.unit, delay: 0, most: 4, &random)
    let options = ["key: row", "initial: { rows: '0' }", "with: { rows: rows + 1 }"]
    func manifest(_ keys: Int, _ more: [String] = []) -> String {
      stream.manifest("reduce", options + more)
        .replacing("    use: reduce\n", with: "    use: reduce\n    state: { keys: \(keys) }\n")
    }
    #expect(throws: (any Error).self) { try stream.run(manifest(100)) }
    // With an end keys make room for others.
    let run = try stream.run(manifest(100, ["ttl: 10ms"]))
    #expect(run.out.count == 400)
  }
}
