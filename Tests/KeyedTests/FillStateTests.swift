import CTidemill
import PluginManifest
import ProofBench
import TestSupport
import Testing

/// What `fill` keeps, through snapshots by key groups, and for how long.
@Suite struct FillStateTests {
  private func bench() throws -> PluginBench { try PluginBench(library: "tidemill-order") }

  private func create(_ bench: PluginBench) throws -> PluginBenchInstance {
    let instance = try bench.create(
      .operator, "fill",
      with: .map([
        .init("every", .int(10_000)), .init("key", .list([.string("k")])),
        .init("fields", .map([.init("v", .string("linear")), .init("s", .string("previous"))])),
        .init("max_gap", .int(100_000)),
      ]))
    _ = try instance.open()
    return instance
  }

  private func frame(_ times: [Int64], first: Int64) throws -> OwnedFrame {
    try TestSupport.frame(rows: times.count) {
      _ = try $0.addColumn("ts", .time, role: .eventTime)
      _ = try $0.addColumn("n", .int, role: .id)
      _ = try $0.addColumn("k", .string)
      _ = try $0.addColumn("v", .double)
      _ = try $0.addColumn("s", .string)
    } row: { builder, row in
      builder.put(0, time: times[row])
      builder.put(1, first + Int64(row))
      if row % 7 != 0 { builder.put(2, "ключ \(row % 5)") }
      if row % 6 != 0 { builder.put(3, Double(row)) }
      if row % 4 != 0 { builder.put(4, "text \(row)") }
    }
  }

  /// All that came out, as text.
  private func rows(_ bench: PluginBench) -> [String] {
    bench.commits.flatMap { commit -> [String] in
      let frame = commit.frame.pointer
      return (0..<frame.pointee.rows).map { row in
        (0..<Int32(frame.pointee.top)).map { column in
          let text = tide_utf8(frame, column, row)
          return
            "\(tide_i64(frame, column, row)) \(tide_f64(frame, column, row)) \(text.length) \(tide_valid(frame, column, row))"
        }.joined(separator: ", ")
      }
    }
  }

  @Test func `a snapshot restored gives the same snapshot, and goes on as if nothing had been`() throws {
    for seed in 0..<15 as Range<UInt64> {
      let found = try StateHandOver(
        seed: seed, frames: 20, watermarks: (300_000, 600_000), chunk: 13, bench: bench, create: create
      ) { first, random in
        try frame((0..<1 + random.below(30)).map { _ in Int64(random.below(60_000)) + first * 200 }, first: first)
      }
      #expect(found.blobs.count > 4 && found.again == found.blobs, "seed \(seed)")
      #expect(rows(found.whole).sorted() == (rows(found.first) + rows(found.second)).sorted(), "seed \(seed)")
      #expect(found.whole.watermarks == found.first.watermarks + found.second.watermarks, "seed \(seed)")
    }
  }

  @Test func `damaged snapshots are refused or read, and never end the process`() throws {
    let bench = try bench()
    let instance = try create(bench)
    _ = try instance.process(try frame((0..<30).map { $0 * 9000 }, first: 0).pointer)
    while try instance.watermark(150_000) == TIDE_MORE {}
    let good = try instance.snapshot()
    var random = SplitMix(seed: 11)
    var refused = 0
    for round in 0..<800 {
      var blobs = good
      let group = try #require(good.keys.sorted().randomElement(using: &random))
      var bytes = try #require(good[group])
      if round % 2 == 0 {
        bytes.removeLast(1 + random.below(bytes.count))
      } else {
        for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
      }
      blobs[group] = bytes
      let other = try create(bench)
      do {
        try other.restore(blobs)
        while try other.flush() == TIDE_MORE {}
      } catch { refused += 1 }
    }
    #expect(refused > 300, "\(refused)")
    var moved = good
    let groups = good.keys.filter { $0 != .max }.sorted()
    moved[groups[0]] = good[groups[1]]
    #expect(throws: PluginBench.Failure.self, "keys of another group") { try create(bench).restore(moved) }
  }

  @Test func `keys are forgotten once no gap of theirs can be filled, and a limit on them ends the run`() throws {
    func run(_ keys: Int, count: Int) throws -> ManifestRun {
      var random = SplitMix(seed: 5)
      let lines = (0..<count).map { "{\"ts\":\($0 * 1000),\"k\":\"key \($0)\",\"l\":\($0 % 2)}" }
      return try ManifestRun(
        """
        name: proof
        sources: { in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns, fields: { k: string, l: int } }, watermark: monotonic } }
        operators: { full: { use: fill, from: in, with: { every: 1us, key: [k, l], max_gap: 5us }, state: { keys: \(keys) } } }
        sinks: { out: { use: file, from: full, with: { path: out.jsonl } } }

        """, inputs: ["in": (1, Dealing.steps([lines], most: 4, &random))])
    }
    #expect(try run(120, count: 500).out.count == 500)
    let failure = #expect(throws: ManifestRun.Failure.self) { try run(3, count: 500) }
    #expect(failure?.description.contains("the filled keys hold") == true, "\(failure?.description ?? "")")
  }

  @Test func `rows of several fields as a key are filled with all of them`() throws {
    var random = SplitMix(seed: 6)
    let lines = [
      #"{"ts":0,"k":"a","l":1,"v":0.0}"#, #"{"ts":0,"k":"a","l":2,"v":10.0}"#, #"{"ts":4000,"k":"a","l":1,"v":4.0}"#,
      #"{"ts":4000,"k":"a","l":2,"v":10.0}"#,
    ]
    let run = try ManifestRun(
      """
      name: proof
      sources:
        in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns, fields: { k: string, l: int, v: double } }, watermark: monotonic }
      operators: { full: { use: fill, from: in, with: { every: 1us, key: [k, l], fields: { v: linear } } } }
      sinks: { out: { use: file, from: full, with: { path: out.jsonl } } }

      """, inputs: ["in": (1, Dealing.steps([lines], most: 2, &random))])
    let made = run.out.filter { $0["filled"] == .bool(true) }
    for line in [1, 2] as [Int64] {
      let rows = made.filter { $0.int("l") == line }
      #expect(rows.map(\.time) == [1000, 2000, 3000] && rows.allSatisfy { $0["k"] == .text("a") })
      #expect(
        rows.map { $0["v"] } == (line == 1 ? [.double(1), .double(2), .double(3)] : [.double(10), .double(10), .double(10)]))
    }
  }
}
