import ProofBench
import Testing

/// Random streams through the operator in the real engine, against the model. Every failure prints its seed.
@Suite(.serialized) struct WindowPropertyTests {
  /// Steps of one source for a schedule of frames.
  private func steps(_ chunks: [RandomCase.Chunk], _ partitions: [[ModelRow]]) -> [LineSource.Step] {
    chunks.map { chunk in
      .lines(partition: chunk.partition, partitions[chunk.partition][chunk.rows].map(\.line).joined())
    }
  }

  private func run(_ test: WindowCase, _ chunks: [RandomCase.Chunk], _ partitions: [[ModelRow]]) throws -> ManifestRun {
    try ManifestRun(test.manifest, inputs: ["in": (partitions.count, steps(chunks, partitions))])
  }

  /// One partition, several sizes of frames: every result in its order, and each the same to the last bit.
  private func holdStory(_ test: WindowCase, _ rows: [[ModelRow]], _ random: inout RandomCase, frames: [Int]) throws {
    let model = WindowModel(test: test)
    var first: String?
    for limit in frames {
      let check = WindowCheck(test: test, replay: "seed \(random.seed), frames of \(limit)")
      let run = try run(test, random.schedule(rows, limit: limit), rows)
      check.story(run, rows[0], model)
      let text = "\(check.found(run))"
      #expect(first == nil || first == text, "frames of \(limit) give other bits; seed \(random.seed)\n\(test.manifest)")
      first = text
    }
  }

  private static let frames = [1, 2, 3, 7, 16, 64, 300, 4096]

  @Test func `over one partition every result is as the model says, whatever the size of the frames`() throws {
    for seed in Seeds.of(1000, 60) {
      var random = RandomCase(seed: seed)
      let test = random.test(Int(seed % 5))
      let rows = random.rows(40 + Int(seed % 7) * 40, partitions: 1, span: random.span)
      let other = Self.frames[1 + Int(seed) % (Self.frames.count - 1)]
      try holdStory(test, rows, &random, frames: [1, other, 4096])
    }
  }

  @Test
  func `over several partitions the last result of every window and the late rows do not depend on their order of arrival`()
    throws
  {
    for seed in Seeds.of(2000, 50) {
      var random = RandomCase(seed: seed)
      let test = random.test(Int(seed % 5))
      let rows = random.rows(60 + Int(seed % 5) * 50, partitions: 2 + Int(seed % 2), span: random.span)
      let model = WindowModel(test: test)
      for limit in [1, Self.frames[Int(seed) % Self.frames.count], 300] {
        let check = WindowCheck(test: test, replay: "seed \(seed), frames of \(limit)")
        check.last(try run(test, random.schedule(rows, limit: limit), rows), rows, model)
      }
    }
  }

  @Test func `over several sources on threads of their own the same holds`() throws {
    for seed in Seeds.of(3000, 30) {
      var random = RandomCase(seed: seed)
      var test = random.test(Int(seed % 5))
      let count = 2 + Int(seed % 2)
      test.sources = (0..<count).map { "in\($0)" }
      let rows = random.rows(200, partitions: count, span: random.span)
      let model = WindowModel(test: test)
      for limit in [1, 5, 200] {
        let chunks = random.schedule(rows, limit: limit)
        var inputs: [String: (partitions: Int, steps: [LineSource.Step])] = [:]
        for (index, source) in test.sources.enumerated() {
          let own = chunks.filter { $0.partition == index }
          inputs[source] = (1, own.map { .lines(partition: 0, rows[index][$0.rows].map(\.line).joined()) })
        }
        let check = WindowCheck(test: test, replay: "seed \(seed), frames of \(limit)")
        check.last(try ManifestRun(test.manifest, inputs: inputs), rows, model)
      }
    }
  }

  @Test func `days are those of the place when its clocks change`() throws {
    for seed in Seeds.of(4000, 16) {
      var random = RandomCase(seed: seed)
      let zone = ModelZone.all[Int(seed) % ModelZone.all.count]
      let hour: Int64 = 3_600_000_000_000
      let moment = zone.moments[Int(seed / 4) % zone.moments.count] * 1_000_000_000
      let test = random.test(.days(1 + Int64(seed % 3), zone), span: 24 * hour, aggregates: 2)
      let rows = random.rows(150, partitions: 1, span: 20 * hour, origin: moment - 60 * hour)
      // Beyond its changes the table of the place says nothing.
      let near = [rows[0].filter { abs($0.time - moment) < 100 * hour }]
      try holdStory(test, near, &random, frames: [1, 64])
    }
  }

  @Test func `windows by expressions are as the model says`() throws {
    for seed in Seeds.of(5000, 15) {
      var random = RandomCase(seed: seed)
      let unit = Int64(1 + seed % 7)
      let test = random.test(.custom(unit: unit, length: unit + Int64(seed % 3)), span: unit * 1_000_000_000)
      let rows = random.rows(150, partitions: 1, span: unit * 1_000_000_000, origin: 1_700_000_000_000_000_000)
      try holdStory(test, rows, &random, frames: [1, 7, 4096])
    }
  }

  @Test func `windows of so many rows are as the model says`() throws {
    for seed in Seeds.of(6000, 15) {
      var random = RandomCase(seed: seed)
      var test = random.test(.count(1 + Int(seed % 20)), span: 1_000_000)
      test.allowedLateness = 0
      test.late = nil
      let rows = random.rows(200, partitions: 1, span: 1_000_000)
      try holdStory(test, rows, &random, frames: [1, 7, 4096])
    }
  }

  @Test func `a state that is saved and restored between any two calls changes nothing`() throws {
    for seed in Seeds.of(7000, 30) {
      var random = RandomCase(seed: seed)
      var test = random.test(Int(seed % 6 < 5 ? seed % 6 : 0))
      if seed % 6 == 5 {
        test = random.test(.count(7), span: 1_000_000)
        test.allowedLateness = 0
        test.late = nil
      }
      let rows = random.rows(150, partitions: 1, span: random.span)
      let check = WindowCheck(test: test, replay: "seed \(seed), restored")
      let input = steps(random.schedule(rows, limit: 5), rows)
      let every = 1 + Int(seed % 9)
      let run = try ManifestRun(test.manifest, inputs: ["in": (1, input)]) {
        RestoringComponent($1) { $0 % every == 0 }.table
      }
      check.story(run, rows[0], WindowModel(test: test))
      let plain = try ManifestRun(test.manifest, inputs: ["in": (1, input)])
      #expect("\(check.found(run))" == "\(check.found(plain))", "other bits; seed \(seed)\n\(test.manifest)")
    }
  }
}
