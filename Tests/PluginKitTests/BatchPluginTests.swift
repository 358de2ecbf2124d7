import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct BatchPlugin {
  private func bench() throws -> PluginBench {
    let bench = try PluginBench(library: "tidemill-flow")
    bench.keepsPassed = true
    bench.nowStep = 0
    return bench
  }

  private func create(_ bench: PluginBench, count: Int? = nil, every: Int64? = nil, bytes: Int = 4 << 20) throws
    -> PluginBenchInstance
  {
    var options: [ConfigValue.Entry] = [.init("bytes", .int(Int64(bytes)))]
    if let count { options.append(.init("count", .int(Int64(count)))) }
    if let every { options.append(.init("every", .int(every))) }
    let instance = try bench.create(.operator, "batch", with: .map(options))
    try instance.open()
    return instance
  }

  @Test func `rows leave in order, cut exactly at the count, whatever frames they came in`() throws {
    let seed: UInt64 = 0xBA7C_0001
    var random = SplitMix(seed: seed)
    for round in 0..<60 {
      let count = [1, 2, 7, 100, 1000][random.below(5)]
      let rows = FlowRows.random(1 + random.below(3000), keys: 20, using: &random)
      let bench = try bench()
      let batch = try create(bench, count: count)
      try FlowRows.send(rows, sizes: [3, 50, 2500][round % 3], using: &random) {
        while try batch.process($0.pointer, rows: $1) == TIDE_MORE {}
      }
      try batch.flush()
      #expect(FlowRows.left(bench) == rows, "seed \(seed), round \(round)")
      let sizes = bench.passed.map { $0.rows.count }
      #expect(sizes.dropLast().allSatisfy { $0 == count } && (1...count).contains(sizes.last ?? 0), "seed \(seed): \(sizes)")
      for commit in bench.commits { try validate(commit.frame) }
    }
  }

  private func validate(_ frame: OwnedFrame) throws {
    try FrameValidator.validate(FrameView(frame.pointer).bytes)
  }

  @Test func `a limit in bytes cuts at the same rows for all sizes of frames`() throws {
    let seed: UInt64 = 0xBA7C_0002
    var random = SplitMix(seed: seed)
    let rows = (0..<4000).map { n -> FlowRows.Row in
      FlowRows.Row(n: Int64(n), key: String(repeating: "x", count: random.below(200)), time: Int64(n))
    }
    var cuts: [[Int]] = []
    for sizes in [1, 10, 300, 4000] {
      let bench = try bench()
      let batch = try create(bench, count: 900, bytes: 10_000)
      try FlowRows.send(rows, sizes: sizes, using: &random) { while try batch.process($0.pointer, rows: $1) == TIDE_MORE {} }
      try batch.flush()
      #expect(FlowRows.left(bench) == rows)
      cuts.append(bench.passed.map { $0.rows.count })
      for passed in bench.passed {
        #expect(FlowRows.rows(of: passed).reduce(0) { $0 + 20 + ($1.key?.utf8.count ?? 0) } <= 10_000)
      }
    }
    #expect(Set(cuts).count == 1, "seed \(seed): \(cuts.map(\.count))")
    #expect(cuts[0].count > 4000 / 100)
  }

  @Test func `a call sends a bounded number of batches`() throws {
    let bench = try bench()
    let batch = try create(bench, count: 1)
    let rows = try FlowRows.frame((0..<100).map { .init(n: $0, key: nil, time: 0) })
    #expect(try batch.process(rows.pointer) == TIDE_MORE)
    #expect(bench.passed.count == 64)
    #expect(try batch.process(rows.pointer) == TIDE_OK)
    #expect(FlowRows.left(bench).map(\.n) == Array(0..<100))
    #expect(try batch.process(rows.pointer) == TIDE_MORE)
    #expect(bench.passed.count == 164)
  }

  @Test func `a row beyond the limit in bytes is a batch of its own`() throws {
    let bench = try bench()
    let batch = try create(bench, count: 10, bytes: 1024)
    let texts = ["a", String(repeating: "b", count: 2000), "c", "d"]
    for text in texts { try batch.process(try FlowRows.frame([.init(n: 0, key: text, time: 0)]).pointer) }
    try batch.flush()
    #expect(bench.passed.map { $0.rows.count } == [1, 1, 2])
    #expect(FlowRows.left(bench).map(\.key) == texts)
  }

  @Test func `a timer is set for the first held row and cancelled when the rows leave`() throws {
    let bench = try bench()
    let batch = try create(bench, count: 3, every: 2_000_000_000)
    let row = try FlowRows.frame([.init(n: 1, key: "a", time: 0)])
    let start = bench.now
    func timer(_ at: Int64) -> PluginBench.Timer { .init(group: .max, id: 0, at: at, domain: 1) }
    try batch.process(row.pointer)
    bench.now += 5
    try batch.process(row.pointer)
    #expect(bench.timers == [timer(start + 2_000_000_000)])
    try batch.timer(0, at: start + 2_000_000_000)
    #expect(bench.passed.map { $0.rows.count } == [2])
    bench.timers = []
    try batch.process(row.pointer)
    try batch.process(row.pointer)
    try batch.process(row.pointer)
    #expect(bench.timers == [timer(start + 5 + 2_000_000_000), timer(.max)])
    #expect(bench.passed.map { $0.rows.count } == [2, 3])
    // Whole batches that stand in one frame are not held, and need no timer.
    bench.timers = []
    try batch.process(try FlowRows.frame((0..<6).map { .init(n: $0, key: nil, time: 0) }).pointer)
    #expect(bench.timers.isEmpty && bench.commits.count == 2)
    #expect(bench.passed.map { $0.rows.count } == [2, 3, 3, 3])
  }

  @Test func `the watermark waits for the held rows and then catches up`() throws {
    let bench = try bench()
    let batch = try create(bench, count: 2)
    let row = try FlowRows.frame([.init(n: 1, key: "a", time: 0)])
    try batch.watermark(10, port: 0)
    #expect(bench.watermarks.isEmpty)
    try batch.watermark(10)
    try batch.process(row.pointer)
    try batch.watermark(20)
    try batch.watermark(30)
    try batch.process(row.pointer)
    try batch.watermark(40)
    #expect(bench.watermarks == [10, 10, 10, 30, 40])
    try batch.process(row.pointer)
    try batch.watermark(.max)
    try batch.flush()
    #expect(bench.watermarks == [10, 10, 10, 30, 40, 40, .max])
    // Rows that came before the first watermark hold it at the least.
    let fresh = try self.bench()
    let early = try create(fresh, count: 2)
    try early.process(row.pointer)
    try early.watermark(10)
    #expect(fresh.watermarks == [.min])
  }

  @Test func `another schema ends a batch`() throws {
    let bench = try bench()
    let batch = try create(bench, count: 10)
    try batch.process(try frame("a", [1.0, 2]).pointer)
    try batch.process(try frame("a", [3.0]).pointer)
    try batch.process(try frame("b", [4.0]).pointer)
    try batch.process(try frame("a", [5.0]).pointer)
    try batch.process(try frame("c", [6.0]).pointer, rows: [])
    try batch.flush()
    #expect(bench.passed.map { $0.rows.count } == [3, 1, 1])
    #expect(bench.passed.map { FrameView($0.frame.pointer).column(0).name } == ["a", "b", "a"])
  }

  @Test func `held rows go through a checkpoint, and leave when they would have left`() throws {
    let first = try bench()
    let before = try create(first, count: 100, every: 1_000_000_000)
    let rows = (0..<7).map { FlowRows.Row(n: $0, key: $0 % 2 == 0 ? "even" : nil, time: $0) }
    for row in rows[..<5] { try before.process(try FlowRows.frame([row]).pointer) }
    let blobs = try before.snapshot()
    let second = try bench()
    let options: ConfigValue = .map([
      .init("bytes", .int(4 << 20)), .init("count", .int(6)), .init("every", .int(1_000_000_000)),
    ])
    let after = try second.create(.operator, "batch", with: options)
    try after.restore(blobs, chunk: 7)
    try after.open()
    #expect(second.timers == [.init(group: .max, id: 0, at: first.now + 1_000_000_000, domain: 1)])
    #expect(try after.snapshot() == blobs)
    for row in rows[5...] { try after.process(try FlowRows.frame([row]).pointer) }
    try after.flush()
    #expect(FlowRows.left(second) == rows)
    #expect(second.passed.map { $0.rows.count } == [6, 1])
    // An empty one is empty again; damaged bytes are refused.
    let empty = try create(second, count: 1)
    try create(second, count: 1).restore(try empty.snapshot())
    for bytes in [Array(blobs[.max]!.dropLast(64)), blobs[.max]!.prefix(20) + blobs[.max]!.dropFirst(20).map { ~$0 }] {
      #expect(throws: PluginBench.Failure.self) { try create(second, count: 1).restore([.max: Array(bytes)]) }
      #expect(second.failures.last?.code == TIDE_E_STATE)
    }
  }

  @Test func `wants a count or a time`() throws {
    let bench = try bench()
    #expect(throws: PluginBench.Failure.self) { try create(bench) }
    #expect(bench.failures.last?.configPath == "count")
  }
}
