import ProofBench
import TestSupport
import Testing

/// Random streams through `dedupe` in the real engine, against the model. Every failure prints its seed.
@Suite(.serialized) struct DedupeTests {
  private static let unit: Int64 = 1_000_000

  @Test func `the rows that pass are as the model says, whatever the size of the frames`() throws {
    try KeyedProof<DedupeModel>.holdInFrames(Seeds.of(1000, 60))
  }

  @Test func `a state that is saved and restored between any two calls changes nothing`() throws {
    try KeyedProof<DedupeModel>.holdRestored(Seeds.of(2000, 30))
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
      let steps = Dealing.steps((0..<count).map { "{\"ts\":\($0 * 1_000_000),\"row\":\($0)}" }, frame: 10)
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
