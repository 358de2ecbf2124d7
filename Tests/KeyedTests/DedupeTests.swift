import ProofBench
import TestSupport
import Testing

/// Random streams through `dedupe` in the real engine, against the model. Every failure prints its seed.
@Suite(.serialized) struct DedupeTests {
  private struct Case {
    var options: [String]
    var model: DedupeModel
  }

  private static let unit: Int64 = 1_000_000

  private static func bytes(_ cells: [Cell]) -> [UInt8]? {
    cells.allSatisfy { $0 == .null } ? nil : Cell.keyBytes(cells)
  }

  private func chosen(_ random: inout SplitMix) -> Case {
    var test: Case
    switch random.below(5) {
    case 0: test = Case(options: ["key: k"], model: DedupeModel { Self.bytes($0.key(["k"])) })
    case 1: test = Case(options: ["key: [k, j]"], model: DedupeModel { Self.bytes($0.key(["k", "j"])) })
    case 2: test = Case(options: ["key: n"], model: DedupeModel { Self.bytes($0.key(["n"])) })
    case 3:
      // Quotients that are not a number are one key, infinities two.
      test = Case(
        options: ["by: value / z"],
        model: DedupeModel { row in
          guard case .double(let value)? = row["value"], case .double(let z)? = row["z"] else { return nil }
          return Cell.double(value / z).keyBytes
        })
    default:
      test = Case(
        options: ["by: \"has(k) ? k + '!' : 'none'\""],
        model: DedupeModel { row in
          if case .text(let text)? = row["k"] { Cell.text(text + "!").keyBytes } else { Cell.text("none").keyBytes }
        })
    }
    if random.below(5) > 0 {
      let ttl = Self.unit * Int64(1 + random.below(15))
      test.model.ttl = ttl
      test.options.append("ttl: \(ttl)ns")
      if random.below(2) == 0 {
        test.model.extends = true
        test.options.append("extend: true")
      }
    }
    return test
  }

  private func hold(_ run: ManifestRun, _ stream: FoldStream, _ verdicts: [Bool], _ replay: String) {
    let new = zip(stream.rows, verdicts).filter(\.1).map { Int64($0.0.number) }
    let repeated = zip(stream.rows, verdicts).filter { !$0.1 }.map { Int64($0.0.number) }
    #expect(run.out.map { $0.int("row") ?? -1 } == new, "rows that pass; \(replay)")
    #expect((run.rows["duplicates"] ?? []).map { $0.int("row") ?? -1 } == repeated, "rows that repeat one; \(replay)")
    #expect(run.dead.isEmpty && run.node("op")!.taken == UInt64(stream.rows.count), "\(replay)")
    #expect(run.books.discrepancies().isEmpty, "\(run.books.discrepancies()) \(replay)")
  }

  @Test func `the rows that pass are as the model says, whatever the size of the frames`() throws {
    for seed in Seeds.of(1000, 60) {
      var random = SplitMix(seed: seed)
      let test = chosen(&random)
      let delay = Self.unit * Int64(random.below(6))
      for most in [1, FoldStream.frames[1 + Int(seed) % 6], 4096] {
        let stream = FoldStream(
          40 + Int(seed % 7) * 40, partitions: 1 + Int(seed % 3), unit: Self.unit, delay: delay, most: most, disorder: 20,
          &random)
        let manifest = stream.manifest("dedupe", test.options, ports: ["duplicates"])
        let verdicts = test.model.verdicts(on: stream.rows)
        hold(try stream.run(manifest), stream, verdicts, "seed \(seed), frames of \(most)\n\(manifest)")
      }
    }
  }

  @Test func `a state that is saved and restored between any two calls changes nothing`() throws {
    for seed in Seeds.of(2000, 30) {
      var random = SplitMix(seed: seed)
      let test = chosen(&random)
      let stream = FoldStream(
        150, partitions: 1 + Int(seed % 2), unit: Self.unit, delay: Self.unit * 2, most: 5, disorder: 20, &random)
      let manifest = stream.manifest("dedupe", test.options, ports: ["duplicates"])
      let run = try stream.run(manifest, restoring: 1 + Int(seed % 5))
      hold(run, stream, test.model.verdicts(on: stream.rows), "seed \(seed), restored\n\(manifest)")
    }
  }

  @Test func `strict sends a row that cannot be compared to the dead letters`() throws {
    var random = SplitMix(seed: 3)
    let stream = FoldStream(200, partitions: 1, unit: Self.unit, delay: 0, most: 7, &random)
    let manifest = stream.manifest("dedupe", ["by: n + 1", "strict: true"], ports: ["duplicates"])
    let run = try stream.run(manifest)
    let erring = stream.rows.filter { row in
      if case .int(let n)? = row["n"] { n == .max } else { true }
    }
    #expect(run.dead.count == erring.count && !erring.isEmpty)
    #expect(run.out.count + (run.rows["duplicates"] ?? []).count == stream.rows.count - erring.count)
    #expect(run.node("op")!.rejected == UInt64(erring.count) && run.books.discrepancies().isEmpty)
  }

  @Test func `the books count repeated rows that nothing reads`() throws {
    let lines = ["a", "b", "a", "a"].enumerated().map { "{\"ts\":\($0),\"k\":\"\($1)\"}\n" }.joined()
    var random = SplitMix(seed: 1)
    let stream = FoldStream(1, partitions: 1, unit: 1, delay: 0, most: 1, &random)
    let run = try ManifestRun(
      stream.manifest("dedupe", ["key: k"]), inputs: ["in": (1, [.lines(partition: 0, lines)])])
    let node = run.node("op")!
    #expect(run.out.count == 2 && node.taken == 4)
    #expect(node.out.first { $0.name == "duplicates" }?.rows == 2)
    #expect(run.books.discrepancies().isEmpty)
  }

  @Test func `what is remembered does not grow with the time that passes`() throws {
    func most(_ count: Int, _ more: [String]) throws -> Int {
      let lines = (0..<count).map { "{\"ts\":\($0 * 1_000_000),\"row\":\($0)}\n" }
      let steps = stride(from: 0, to: count, by: 10).map { start -> LineSource.Step in
        .lines(partition: 0, lines[start..<min(start + 10, count)].joined())
      }
      var random = SplitMix(seed: 1)
      let stream = FoldStream(1, partitions: 1, unit: 1, delay: 0, most: 1, &random)
      nonisolated(unsafe) var around: RestoringComponent?
      _ = try ManifestRun(stream.manifest("dedupe", ["key: row", "ttl: 50ms"] + more), inputs: ["in": (1, steps)]) {
        around = RestoringComponent($1, onlyMeasures: true) { _ in true }
        return around!.table
      }
      return around?.sizes.max() ?? 0
    }
    for more in [[], ["approximate: { keys: 100 }"]] {
      let (few, many) = (try most(2000, more), try most(8000, more))
      #expect(many <= few + few / 4 && few > 0, "\(few) grew to \(many) bytes: \(more)")
    }
  }
}
