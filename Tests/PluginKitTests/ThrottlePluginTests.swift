import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct ThrottlePlugin {
  private static let second: Int64 = 1_000_000_000

  private func bench(excess: Bool = true) throws -> PluginBench {
    let bench = try PluginBench(library: "tidemill-flow")
    bench.ports = ["out", "excess"]
    bench.connectedPorts = excess ? ["out", "excess"] : ["out"]
    bench.keepsPassed = true
    bench.nowStep = 0
    return bench
  }

  private func create(
    _ bench: PluginBench, limit: Int64, every: Int64 = second, burst: Int64? = nil, by: String? = nil, clock: String = "event",
    excess: String = "drop", maxKeys: Int64 = 100_000
  ) throws -> PluginBenchInstance {
    var options: [ConfigValue.Entry] = [
      .init("limit", .int(limit)), .init("every", .int(every)), .init("clock", .string(clock)),
      .init("excess", .string(excess)), .init("max_keys", .int(maxKeys)),
    ]
    if let burst { options.append(.init("burst", .int(burst))) }
    if let by { options.append(.init("by", .string(by))) }
    let instance = try bench.create(.operator, "throttle", with: .map(options))
    try instance.open()
    return instance
  }

  /// What passes, told plainly: parts of a token are counted in nanoseconds times `limit`, the key seen last stands last.
  private struct Model {
    let limit, every, full: Int64
    let maxKeys: Int
    var order: [String] = []
    var buckets: [String: (credit: Int64, time: Int64)] = [:]

    init(limit: Int64, every: Int64, burst: Int64, maxKeys: Int) {
      (self.limit, self.every, self.maxKeys) = (limit, every, maxKeys)
      full = burst * every
    }

    mutating func passes(_ key: String, _ time: Int64) -> Bool {
      if buckets[key] == nil, order.count == maxKeys { buckets[order.removeFirst()] = nil }
      order.removeAll { $0 == key }
      order.append(key)
      var (credit, last) = buckets[key] ?? (full, time)
      if time > last {
        // Times of the test lie close together: no product overflows.
        credit = min(full, credit + (time - last) * limit)
        last = time
      }
      let passes = credit >= every
      buckets[key] = (passes ? credit - every : credit, last)
      return passes
    }
  }

  @Test func `rows pass as the model says, whatever frames they come in`() throws {
    let seed: UInt64 = 0x7407_0001
    var random = SplitMix(seed: seed)
    for round in 0..<40 {
      let limit = Int64(1 + random.below(7))
      let every = Int64(1 + random.below(900)) * 1_000_000
      let burst = random.below(2) == 0 ? nil : Int64(1 + random.below(20))
      let keys = [1, 10, 200][random.below(3)]
      let maxKeys = [1, 5, 40, 100_000][random.below(4)]
      let by = random.below(4) == 0 ? nil : "key"
      let rows = FlowRows.random(1 + random.below(3000), keys: keys, using: &random)
      var model = Model(limit: limit, every: every, burst: burst ?? limit, maxKeys: by == nil ? 1 : maxKeys)
      let expected = rows.map { model.passes(by == nil ? "" : $0.key.map { "=\($0)" } ?? "", $0.time) }
      for sizes in [1, 60, 3000] {
        let bench = try bench()
        let throttle = try create(bench, limit: limit, every: every, burst: burst, by: by, maxKeys: Int64(maxKeys))
        try FlowRows.send(rows, sizes: sizes, using: &random) { try throttle.process($0.pointer, rows: $1) }
        let passed = zip(rows, expected).filter(\.1).map(\.0)
        let over = zip(rows, expected).filter { !$0.1 }.map(\.0)
        #expect(FlowRows.left(bench) == passed, "seed \(seed), round \(round), frames up to \(sizes)")
        #expect(FlowRows.left(bench, port: 1) == over, "seed \(seed), round \(round), frames up to \(sizes)")
      }
    }
  }

  @Test func `a limit of three in a second passes the fourth row after a third of a second, and not before`() throws {
    let bench = try bench()
    let throttle = try create(bench, limit: 3)
    let third: Int64 = 333_333_334
    let times = [0, 0, 0, 0, third - 1, third, third, 2 * third - 1, 3 * third, 3 * third, 3 * third]
    let rows = times.enumerated().map { FlowRows.Row(n: Int64($0.offset), key: nil, time: $0.element) }
    try throttle.process(try FlowRows.frame(rows).pointer)
    #expect(FlowRows.left(bench).map(\.n) == [0, 1, 2, 5, 7, 8])
  }

  @Test func `extreme times and limits do no harm`() throws {
    let bench = try bench()
    let year: Int64 = 366 * 86_400 * Self.second
    for (limit, burst) in [(1, 1), (1_000_000_000, 1_000_000_000)] as [(Int64, Int64)] {
      let throttle = try create(bench, limit: limit, every: year, burst: burst)
      let times: [Int64] = [.min, .max, 0, .max, .min]
      try throttle.process(try FlowRows.frame(times.map { .init(n: 0, key: nil, time: $0) }).pointer)
    }
    #expect(FlowRows.left(bench).count == 2 + 5)
  }

  @Test func `excess rows that nobody reads are told of, not more often than every ten seconds`() throws {
    let bench = try bench(excess: false)
    let throttle = try create(bench, limit: 1)
    let rows = try FlowRows.frame((0..<4).map { .init(n: $0, key: nil, time: 0) })
    for _ in 0..<3 { try throttle.process(rows.pointer) }
    bench.now += 10 * Self.second
    try throttle.process(rows.pointer)
    try throttle.process(rows.pointer)
    try throttle.flush()
    try throttle.flush()
    let end = "over the limit dropped; read the port 'excess' to keep them"
    #expect(bench.logs == ["3 rows \(end)", "12 rows \(end)", "4 rows \(end)"])
    #expect(FlowRows.left(bench).count == 1 && FlowRows.left(bench, port: 1).isEmpty)
  }

  @Test func `by the host's clock rows wait for their time, all of them, in order`() throws {
    let bench = try bench()
    let throttle = try create(bench, limit: 10, burst: 2, clock: "processing", excess: "wait")
    let rows = (0..<7).map { FlowRows.Row(n: $0, key: nil, time: 0) }
    let frame = try FlowRows.frame([FlowRows.Row(n: -1, key: nil, time: 0)] + rows)
    let chosen: [UInt16] = [1, 2, 3, 4, 5, 6, 7]
    var calls = 0
    var passed: [Int] = []
    while try throttle.process(frame.pointer, rows: chosen) == TIDE_MORE {
      calls += 1
      passed.append(FlowRows.left(bench).count)
      bench.now += 50_000_000
    }
    // Two at once, then one every 100 ms, asked every 50 ms.
    #expect(passed == [2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
    #expect(calls == 10)
    #expect(FlowRows.left(bench) == rows && FlowRows.left(bench, port: 1).isEmpty)
    // The next batch begins at its own first row.
    #expect(try throttle.process(try FlowRows.frame(rows).pointer) == TIDE_MORE)
    #expect(FlowRows.left(bench).count == 7)
  }

  @Test func `keys wait for themselves, and hold back what is behind them`() throws {
    let bench = try bench()
    let throttle = try create(bench, limit: 1, by: "key", clock: "processing", excess: "wait")
    let keys = ["a", "b", "a", "b", "c"]
    let frame = try FlowRows.frame(keys.enumerated().map { .init(n: Int64($0.offset), key: $0.element, time: 0) })
    #expect(try throttle.process(frame.pointer) == TIDE_MORE)
    #expect(FlowRows.left(bench).map(\.n) == [0, 1])
    bench.now += Self.second
    #expect(try throttle.process(frame.pointer) == TIDE_OK)
    #expect(FlowRows.left(bench).map(\.n) == [0, 1, 2, 3, 4])
  }

  @Test func `by the host's clock the rows' own times do not count`() throws {
    let bench = try bench()
    let throttle = try create(bench, limit: 2, clock: "processing")
    try throttle.process(try frame("value", [1.0, 2, 3]).pointer)
    bench.now += Self.second / 2
    try throttle.process(try frame("value", [4.0, 5]).pointer)
    #expect(bench.forwards.map(\.rows) == [[0, 1], [2], [0], [1]])
    #expect(bench.forwards.map(\.port) == [0, 1, 0, 1])
  }

  @Test func `goes on after a checkpoint as if it had never stopped`() throws {
    let seed: UInt64 = 0x7407_0002
    var random = SplitMix(seed: seed)
    let rows = FlowRows.random(3000, keys: 50, using: &random)
    for by in [nil, "key"] {
      let whole = try bench()
      let through = try create(whole, limit: 2, by: by, maxKeys: 30)
      try through.process(try FlowRows.frame(rows).pointer)
      let parts = try bench()
      var throttle = try create(parts, limit: 2, by: by, maxKeys: 30)
      for at in stride(from: 0, to: rows.count, by: 500) {
        try throttle.process(try FlowRows.frame(Array(rows[at..<at + 500])).pointer)
        let next = try create(parts, limit: 2, by: by, maxKeys: 30)
        let blobs = try throttle.snapshot()
        try next.restore(blobs, chunk: 11)
        #expect(try next.snapshot() == blobs)
        throttle = next
      }
      #expect(FlowRows.left(parts) == FlowRows.left(whole), "seed \(seed)")
      // Tokens are kept when the rate changes.
      let faster = try create(parts, limit: 4, every: 3 * Self.second, by: by, maxKeys: 10)
      try faster.restore(try throttle.snapshot())
      let short = [UInt32.max: Array(try throttle.snapshot()[.max]!.dropLast())]
      #expect(throws: PluginBench.Failure.self) { try create(parts, limit: 2, by: by).restore(short) }
      #expect(parts.failures.last?.code == TIDE_E_STATE)
    }
  }

  @Test func `keys of every length and type have buckets of their own`() throws {
    let bench = try bench()
    let throttle = try create(bench, limit: 1, by: "key")
    let long = String(repeating: "k", count: 100)
    let keys = ["", "a", "a\0", long, long + "x", "y" + long, String(long.dropLast()) + "z", nil]
    for _ in 0..<2 {
      try throttle.process(
        try FlowRows.frame(keys.enumerated().map { .init(n: Int64($0.offset), key: $0.element, time: 0) }).pointer)
    }
    #expect(FlowRows.left(bench).map(\.n) == Array(0..<8))
    let numbers = try create(bench, limit: 1, by: "n")
    bench.passed = []
    for name in ["n", "m"] {
      try numbers.process(
        try TestSupport.frame(rows: 4) {
          _ = try $0.addColumn(name, .int)
          _ = try $0.addColumn("at", .time, role: .eventTime)
        } row: { builder, row in
          builder.put(0, Int64(row % 3))
          builder.put(1, time: 0)
        }.pointer)
    }
    // Three numbers; then one row without any.
    #expect(bench.passed.filter { $0.port == 0 }.map(\.rows) == [[0, 1, 2], [0]])
  }

  @Test func `waiting needs the host's clock, event times need rows that have them`() throws {
    let bench = try bench()
    #expect(throws: PluginBench.Failure.self) { try create(bench, limit: 1, excess: "wait") }
    #expect(bench.failures.last?.configPath == "excess")
    let throttle = try create(bench, limit: 1)
    #expect(throws: PluginBench.Failure.self) { try throttle.process(try frame("value", [1.0]).pointer) }
    #expect(bench.failures.last?.code == TIDE_E_CONFIG && bench.failures.last?.configPath == "clock")
  }
}
