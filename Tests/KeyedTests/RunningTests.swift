import ProofBench
import TestSupport
import Testing

/// Random streams through `aggregate` in the real engine, against the model. Every failure prints its seed.
@Suite(.serialized) struct RunningTests {
  private static let unit: Int64 = 1_000_000

  @Test func `every result is as the model says, whatever the size of the frames`() throws {
    try KeyedProof<RunningModel>.holdInFrames(Seeds.of(1000, 40))
  }

  @Test func `a state that is saved and restored between any two calls changes nothing`() throws {
    try KeyedProof<RunningModel>.holdRestored(Seeds.of(2000, 20))
  }

  @Test func `with emit at watermarks keys that had rows have a result each, in the order of their bytes`() throws {
    for seed in Seeds.of(3000, 20) {
      var random = SplitMix(seed: seed)
      var model = RunningModel(Self.unit, &random)
      model.emit = "watermark"
      // All rows in one frame: the only watermarks are those behind it and of the end.
      let stream = FoldStream(150, partitions: 1, unit: Self.unit, delay: Self.unit * 1000, most: 1, &random)
      let whole = Dealing.steps(stream.rows.map(\.line), frame: 4096)
      let manifest = stream.manifest(of: model, [])
      let run = try ManifestRun(manifest, inputs: ["in": (1, whole)])
      let states = model.results(of: stream.rows)
      let keys = Set(states.map(\.key)).sorted { Cell.keyBytes($0).lexicographicallyPrecedes(Cell.keyBytes($1)) }
      #expect(run.out.count == keys.count, "seed \(seed)\n\(manifest)")
      for (row, key) in zip(run.out, keys) {
        let last = states.last { $0.key == key }!
        #expect(model.isSame(row, last), "\(row) in place of \(last); seed \(seed)\n\(manifest)")
      }
    }
  }

  @Test func `what aggregates leave out stands in the books, of all lanes and of instances that are gone`() throws {
    let lines = (0..<60).map { "{\"ts\":\($0),\"k\":\"\($0 % 7)\",\"value\":\($0 % 3 == 0 ? "\"x\"" : "1.5")}\n" }
    var random = SplitMix(seed: 1)
    var stream = FoldStream(1, partitions: 1, unit: 1, delay: 1000, most: 1, &random)
    stream.isDeclared = false
    let options = ["key: k", "aggregate: { rows: count(value), sum: sum(value), mean: avg(value), low: min(value) }"]
    for (lanes, size, every) in [(1, 60, 0), (1, 7, 0), (3, 7, 0), (1, 7, 2), (3, 1, 3)] {
      let manifest = stream.manifest("aggregate", options, node: ["lanes: \(lanes)"])
      let run = try ManifestRun(manifest, inputs: ["in": (1, LineSource.steps(lines, frame: size))]) { node, component in
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

  @Test func `with emit at watermarks each key's last result is its last state, restored or not, in any lanes`() throws {
    for seed in Seeds.of(3500, 16) {
      var random = SplitMix(seed: seed)
      var model = RunningModel(Self.unit, &random)
      model.emit = "watermark"
      let stream = RunningModel.stream(150, partitions: 1 + Int(seed % 3), &random)
      let manifest = stream.manifest(of: model, model.keys.isEmpty ? [] : ["lanes: \(1 + seed % 4)"])
      let run = try stream.run(manifest, restoring: seed % 2 == 0 ? 3 : nil)
      let states = model.results(of: stream.rows)
      for key in Set(states.map(\.key)) {
        let wanted = states.last { $0.key == key }!
        let last = run.out.last { row in Cell.keyBytes(model.keys.map { row[$0] }) == Cell.keyBytes(key) }
        let isSame = last.map { model.isSame($0, wanted) } ?? false
        #expect(isSame, "\(last.map { "\($0)" } ?? "nothing") in place of \(wanted); seed \(seed)\n\(manifest)")
      }
      #expect(run.books.discrepancies().isEmpty, "seed \(seed)")
    }
  }

  @Test func `many results at a watermark all leave, one for each key`() throws {
    let keys = 40_000
    let steps = Dealing.steps((0..<keys).map { "{\"ts\":1,\"row\":\($0)}" }, frame: 4096)
    var random = SplitMix(seed: 1)
    let stream = FoldStream(1, partitions: 1, unit: 1, delay: 1000, most: 1, &random)
    let manifest = stream.manifest("aggregate", ["key: row", "aggregate: { rows: count() }", "emit: watermark"])
    let run = try ManifestRun(manifest, inputs: ["in": (1, steps)])
    #expect(run.out.count == keys)
    #expect(Set(run.out.map { $0.int("row") ?? -1 }).count == keys)
    #expect(run.books.discrepancies().isEmpty)
  }

  /// The watermark ends the key; a row of the same time as its first, which comes late, begins it anew.
  @Test(arguments: ["every", "watermark"])
  func `results of a key that began anew have ids of their own, the same in frames of any size`(emit: String) throws {
    let lines = [0, 0, 100, 0, 0, 200, 0].map { "{\"ts\":\($0),\"k\":\"\($0 > 0 ? "b" : "a")\"}\n" }
    for (operation, options) in [
      ("aggregate", "aggregate: { rows: count() }"), ("reduce", "initial: { n: \"0\" }, with: { n: n + 1 }"),
    ] {
      let manifest = """
        name: lives
        sources:
          in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ms }, watermark: { delay: 1ms } }
        operators:
          op: { use: \(operation), from: in, with: { key: k, ttl: 50ms, emit: \(emit), \(options) } }
        sinks:
          out: { use: file, from: op, with: { path: out.jsonl } }

        """
      var whole: [Int64?]?
      for (size, every) in [(1, 0), (3, 0), (7, 0), (1, 2)] where emit == "every" || size == 1 {
        let run = try ManifestRun(manifest, inputs: ["in": (1, LineSource.steps(lines, frame: size))]) { node, component in
          node == "op" && every > 0 ? RestoringComponent(component) { $0 % every == 0 }.table : component
        }
        let ids = run.out.map(\.id)
        #expect(ids.count >= 5 && Set(ids).count == ids.count && !ids.contains(nil), "\(operation), frames of \(size)")
        #expect(whole == nil || ids == whole, "\(operation), frames of \(size)")
        whole = ids
      }
    }
  }
}
