import ProofBench
import TestSupport
import Testing

/// Random streams through `reduce` in the real engine, against the model. Every failure prints its seed.
@Suite(.serialized) struct ReduceTests {
  private static let unit: Int64 = 1_000_000

  @Test func `every result is as the model says, whatever the size of the frames`() throws {
    try KeyedProof<ReduceModel>.holdInFrames(Seeds.of(1000, 50))
  }

  @Test func `a state that is saved and restored between any two calls changes nothing`() throws {
    try KeyedProof<ReduceModel>.holdRestored(Seeds.of(3000, 25))
  }

  @Test func `with emit at watermarks each key's last result is its last state, and every one a state that it had`() throws {
    for seed in Seeds.of(2000, 30) {
      var random = SplitMix(seed: seed)
      var model = ReduceModel(Self.unit, &random)
      model.emit = "watermark"
      let stream = FoldStream(
        200, partitions: 1 + Int(seed % 3), unit: Self.unit, delay: Self.unit, most: Dealing.frames[Int(seed % 8)], &random)
      let manifest = stream.manifest(of: model, [])
      let run = try stream.run(manifest, restoring: seed % 2 == 0 ? 3 : nil)
      let states = model.results(of: stream.rows).results
      var next: [[Cell]: Int] = [:]
      for result in model.found(run) {
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
        let last = model.found(run).last { $0.key == key }
        #expect(last?.values == states.last { $0.key == key }?.values, "\(key); seed \(seed)\n\(manifest)")
      }
      #expect(run.books.discrepancies().isEmpty, "seed \(seed)")
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

  @Test func `a list that would be an accumulator is told of`() throws {
    var random = SplitMix(seed: 6)
    let stream = FoldStream(3, partitions: 1, unit: Self.unit, delay: 0, most: 4, &random)
    let run = try stream.run(stream.manifest("reduce", ["initial: { all: 'dyn([])' }", "with: { all: 'dyn([1])' }"]))
    #expect(run.out.count == 3)
    for option in ["initial", "with"] {
      let line = "'\(option).all' gives a list or a map, which is no accumulator: keep several"
      #expect(run.log.contains { $0.contains(line) }, "\(run.log)")
    }
  }

  @Test func `keys beyond the limit of state stop the run with what to do`() throws {
    var random = SplitMix(seed: 5)
    let stream = FoldStream(400, partitions: 1, unit: Self.unit, delay: 0, most: 4, &random)
    let options = ["key: row", "initial: { rows: '0' }", "with: { rows: rows + 1 }"]
    func manifest(_ keys: Int, _ more: [String] = []) -> String {
      stream.manifest("reduce", options + more, node: ["state: { keys: \(keys) }"])
    }
    #expect(throws: (any Error).self) { try stream.run(manifest(100)) }
    // With an end keys make room for others.
    let run = try stream.run(manifest(100, ["ttl: 10ms"]))
    #expect(run.out.count == 400)
  }
}
