import CTidemill
import PluginManifest
import TestSupport
import Testing

/// What `sort` keeps: through snapshots, and as much as rows wait for.
@Suite struct SortStateTests {
  private func bench() throws -> PluginBench {
    let bench = try PluginBench(library: "tidemill-order")
    bench.ports = ["out", "late"]
    bench.keepsPassed = true
    return bench
  }

  private func create(_ bench: PluginBench) throws -> PluginBenchInstance {
    let instance = try bench.create(.operator, "sort", with: .map([.init("late", .string("pass"))]))
    _ = try instance.open()
    return instance
  }

  private func frame(_ times: [Int64], first: Int64) throws -> OwnedFrame {
    try TestSupport.frame(rows: times.count) {
      _ = try $0.addColumn("ts", .time, role: .eventTime)
      _ = try $0.addColumn("n", .int, role: .id)
      _ = try $0.addColumn("text", .string)
    } row: { builder, row in
      builder.put(0, time: times[row])
      builder.put(1, first + Int64(row))
      builder.put(2, "text \((first + Int64(row)) % 5)")
    }
  }

  /// Ids of the rows that came out.
  private func ids(_ bench: PluginBench) -> [Int64] {
    bench.commits.flatMap { commit in
      (0..<commit.frame.pointer.pointee.rows).map { tide_i64(commit.frame.pointer, 1, $0) }
    }
  }

  @Test func `a snapshot restored gives the same snapshot, and goes on as if nothing had been`() throws {
    for seed in 0..<20 as Range<UInt64> {
      let found = try StateHandOver(
        seed: seed, frames: 40, watermarks: (2500, 5000), chunk: 11, bench: bench, create: create
      ) { first, random in
        try frame((0..<1 + random.below(90)).map { _ in Int64(random.below(1000)) + first }, first: first)
      }
      #expect(found.again == found.blobs, "seed \(seed)")
      #expect(ids(found.whole) == ids(found.first) + ids(found.second), "seed \(seed)")
      #expect(ids(found.whole).count > 2000, "seed \(seed)")
    }
  }

  @Test func `damaged snapshots are refused or read, and never end the process`() throws {
    let bench = try bench()
    let instance = try create(bench)
    _ = try instance.process(try frame([5, 3, 9, 3], first: 0).pointer)
    let good = try #require(try instance.snapshot()[.max])
    for length in 0..<good.count where length != 8 {
      #expect(throws: PluginBench.Failure.self, "\(length) bytes") { try create(bench).restore([.max: Array(good[..<length])]) }
    }
    #expect(throws: PluginBench.Failure.self) { try create(bench).restore([.max: good + [1]]) }
    var random = SplitMix(seed: 7)
    var refused = 0
    for _ in 0..<600 {
      var bytes = good
      for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
      let other = try create(bench)
      do {
        try other.restore([.max: bytes])
        while try other.flush() == TIDE_MORE {}
      } catch { refused += 1 }
    }
    #expect(refused > 60)
  }

  @Test func `tiny frames are gathered, and what has left is given back`() throws {
    let bench = try bench()
    bench.keepsPassed = false
    let instance = try create(bench)
    for round in 0..<3000 as Range<Int64> {
      _ = try instance.process(try frame([round], first: round).pointer)
    }
    let held = try #require(try instance.snapshot()[.max]).count
    #expect(held < 3000 * 120, "\(held) bytes for 3000 rows")
    while try instance.watermark(2990) == TIDE_MORE {}
    let left = try #require(try instance.snapshot()[.max]).count
    #expect(left < 10_000, "\(left) bytes for ten rows")
  }
}
