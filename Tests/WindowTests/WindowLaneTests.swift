import ProofBench
import Testing

/// Windows in several lanes: what comes out is what one lane gives.
@Suite(.serialized) struct WindowLaneTests {
  private func run(_ test: WindowCase, _ chunks: [RandomCase.Chunk], _ partitions: [[ModelRow]]) throws -> ManifestRun {
    let steps = chunks.map { chunk in
      LineSource.Step.lines(
        partition: chunk.partition, partitions[chunk.partition][chunk.rows].map(\.line).joined())
    }
    return try ManifestRun(test.manifest, inputs: ["in": (partitions.count, steps)])
  }

  @Test func `over one partition every result and correction is the same at any number of lanes`() throws {
    for seed in Seeds.of(8000, 14) {
      var random = RandomCase(seed: seed)
      var test = random.test(Int(seed % 5))
      if test.keys.isEmpty { test.keys = ["k"] }
      let rows = random.rows(80 + Int(seed % 4) * 60, partitions: 1, span: random.span)
      let model = WindowModel(test: test)
      var first: [String]?
      for lanes in 1...4 {
        test.lanes = lanes
        let check = WindowCheck(test: test, replay: "seed \(seed), \(lanes) lanes")
        let run = try run(test, random.schedule(rows, limit: [1, 7, 64, 300][(lanes + Int(seed)) % 4]), rows)
        check.last(run, rows, model)
        var found = check.found(run).map(\.description).sorted()
        // What is sent again as it was are the results of a lane: how often lanes decide, what does not.
        if test.late == .recompute { found = Set(found).sorted() }
        #expect(first == nil || found == first, "\(lanes) lanes give other results; seed \(seed)\n\(test.manifest)")
        first = found
      }
    }
  }

  @Test func `a window that is computed anew counts corrections by key, and a key's first result is none`() throws {
    var test = WindowCase(
      kind: .tumbling(10_000, offset: 0), aggregates: [.init(name: "rows", function: .countRows)], delay: 0)
    (test.allowedLateness, test.late) = (9000, .recompute)
    let story: [(time: Int64, key: String)] = [
      (1000, "a"), (2000, "b"), (12_000, "c"), (5000, "a"), (6000, "d"), (15_000, "a"), (14_999, "a"), (9999, "b"),
      (20_000, "b"), (9999, "b"),
    ]
    let rows = story.enumerated().map { place, row in
      ModelRow(number: place, partition: 0, id: Int64(place), time: row.time, fields: [("k", .text(row.key))])
    }
    for lanes in 1...4 {
      test.lanes = lanes
      let run = try run(test, [.init(partition: 0, rows: 0..<rows.count)], [rows])
      let results = WindowCheck(test: test, replay: "\(lanes) lanes").found(run)
      let early = results.filter { $0.span.start == 0 }
      var numbers: [String: Set<Int64>] = [:]
      for result in early { numbers["\(result.key[0])", default: []].insert(result.corrections) }
      let expected: [String: Set<Int64>] = [
        "\(Cell.text("a"))": [0, 1], "\(Cell.text("b"))": [0, 1], "\(Cell.text("d"))": [0],
      ]
      #expect(numbers == expected, "\(lanes) lanes: \(early)")
    }
  }

  @Test func `over several partitions the last results and the late rows are the same at any number of lanes`() throws {
    for seed in Seeds.of(8500, 14) {
      var random = RandomCase(seed: seed)
      var test = random.test(Int(seed % 5))
      if test.keys.isEmpty { test.keys = ["k", "j"] }
      let rows = random.rows(150, partitions: 2 + Int(seed % 2), span: random.span)
      test.lanes = 2 + Int(seed % 3)
      let check = WindowCheck(test: test, replay: "seed \(seed), \(test.lanes) lanes")
      check.last(try run(test, random.schedule(rows, limit: 20), rows), rows, WindowModel(test: test))
    }
  }
}
