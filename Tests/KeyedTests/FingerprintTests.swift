import ProofBench
import TestSupport
import Testing

/// The bounded memory of `dedupe`: what it promises of errors and bytes.
@Suite(.serialized) struct FingerprintTests {
  private static let ttl: Int64 = 3_600_000_000_000

  private func manifest(_ options: String) -> String {
    """
    name: bounded
    sources:
      in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns, fields: { k: int } }, watermark: { delay: 1h } }
    operators:
      op: { use: dedupe, from: in, with: { \(options) } }
    sinks:
      out: { use: file, from: op, with: { path: out.jsonl } }
      duplicates: { use: file, from: op.duplicates, with: { path: duplicates.jsonl } }

    """
  }

  private func steps(_ rows: [(time: Int64, key: Int64)]) -> [LineSource.Step] {
    Dealing.steps(rows.map { "{\"ts\":\($0.time),\"k\":\($0.key)}" }, frame: 4096)
  }

  @Test func `no more new rows are dropped than the share that was allowed, with as many keys as were promised`() throws {
    for (keys, error) in [(40_000, 0.1), (40_000, 0.01), (40_000, 0.001), (2_000, 0.05)] {
      // Every row asks about a key that the memory does not have, and all of them come within `ttl`.
      let rows = (0..<keys).map { (time: Int64($0) * (Self.ttl / Int64(keys)), key: Int64($0) &* 7_919) }
      let run = try ManifestRun(
        manifest("key: k, ttl: 1h, approximate: { keys: \(keys), error: \(error) }"), inputs: ["in": (1, steps(rows))])
      let dropped = Double((run.rows["duplicates"] ?? []).count)
      let allowed = error * Double(keys)
      #expect(dropped <= allowed + 4 * allowed.squareRoot(), "\(Int(dropped)) of \(keys) dropped with an error of \(error)")
      #expect(!run.log.contains { $0.contains("forgotten") }, "\(run.log)")
    }
  }

  @Test func `a repeated row is always found while it is remembered, and new again once that is over`() throws {
    let keys = 20_000
    var rows: [(time: Int64, key: Int64)] = (0..<keys).map { (0, Int64($0)) }
    // An eighth of `ttl` before its end, and at it.
    rows += (0..<keys).map { (Self.ttl - Self.ttl / 8, Int64($0)) }
    let end = (0..<keys).map { (time: Self.ttl, key: Int64($0)) }
    let options = "key: k, ttl: 1h, approximate: { keys: \(2 * keys), error: 0.000001 }"
    let run = try ManifestRun(manifest(options), inputs: ["in": (1, steps(rows + end))])
    let dropped = (run.rows["duplicates"] ?? []).compactMap(\.time)
    #expect(dropped.count { $0 == Self.ttl - Self.ttl / 8 } == keys)
    #expect(dropped.count { $0 == Self.ttl } < 5)
    let extending = try ManifestRun(manifest(options + ", extend: true"), inputs: ["in": (1, steps(rows + end))])
    #expect(extending.rows["duplicates"]?.count ?? 0 >= 2 * keys)
  }

  @Test func `with far more keys than promised the oldest are forgotten, and the log says so`() throws {
    let rows = (0..<30_000).map { (time: Int64($0), key: Int64($0)) }
    let run = try ManifestRun(
      manifest("key: k, ttl: 1h, approximate: { keys: 1000 }"), inputs: ["in": (1, steps(rows))])
    #expect(run.log.contains { $0.contains("forgotten before their time") }, "\(run.log)")
    #expect(run.books.discrepancies().isEmpty)
  }

  @Test func `a random stream gives what the exact memory gives, but for new rows within the error, restored or not`() throws {
    for seed in Seeds.of(1000, 20) {
      var random = SplitMix(seed: seed)
      // Times are eighths of `ttl`, which the memory tells apart exactly.
      let unit: Int64 = 8_192_000
      let stream = FoldStream(
        400, partitions: 1, unit: unit, delay: unit * 100, most: Dealing.frames[Int(seed) % 8], &random)
      let model = DedupeModel(keys: ["k", "n"], ttl: 8 * unit)
      let manifest = stream.manifest(
        "dedupe", ["key: [k, n]", "ttl: \(8 * unit)ns", "approximate: { keys: 1000, error: 0.000001 }"], ports: ["duplicates"])
      let run = try stream.run(manifest, restoring: seed % 2 == 0 ? 2 : nil)
      let passed = Set(run.out.map { Int($0.int("row") ?? -1) })
      let verdicts = model.verdicts(on: stream.rows)
      let wrong = zip(stream.rows, verdicts).filter { passed.contains($0.number) != $1 }
      #expect(wrong.count <= 1, "\(wrong); seed \(seed)\n\(manifest)")
    }
  }
}
