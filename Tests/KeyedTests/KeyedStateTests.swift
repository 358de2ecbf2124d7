import TestSupport
import Testing

/// Snapshots of folds and of seen keys that nothing wrote: each is refused, or is one that could have been written; none
/// crashes.
@Suite(.serialized) struct KeyedStateTests {
  private static func run(_ seed: UInt64, into instance: PluginBenchInstance) throws {
    var random = SplitMix(seed: seed)
    let made = try frame(rows: 100) {
      _ = try $0.addColumn("k", .string)
      _ = try $0.addColumn("j", .int)
      _ = try $0.addColumn("value", .double)
      _ = try $0.addColumn("s", .string)
      _ = try $0.addColumn("ts", .time, role: .eventTime, nullable: false)
    } row: { builder, row in
      builder.put(0, ["a", "b", "\u{e4}", ""][random.below(4)])
      builder.put(1, Int64(random.below(3)))
      if random.below(5) > 0 { builder.put(2, Double(random.below(100))) }
      builder.put(3, ["x", "yy", "\u{1F30A}"][random.below(3)])
      builder.put(4, time: Int64(row) * 1_000_000)
    }
    try instance.process(made.pointer)
  }

  private func hold(
    _ library: String, _ make: (PluginBench) throws -> PluginBenchInstance, rounds: UInt64 = 400
  ) throws {
    let bench = try PluginBench(library: library)
    bench.ports = ["out", "duplicates"]
    let first = try make(bench)
    try first.open()
    try Self.run(1, into: first)
    let blobs = try first.snapshot()
    #expect(!blobs.isEmpty)
    let again = try make(bench)
    try again.restore(blobs, chunk: 3)
    try again.open()
    #expect(try again.snapshot() == blobs, "a state that was restored is the same state")
    var refused = 0
    for seed in 1...rounds {
      var random = SplitMix(seed: seed)
      var damaged = blobs
      let group = damaged.keys.sorted()[random.below(damaged.count)]
      switch random.below(4) {
      case 0: damaged[group]!.removeLast(1 + random.below(damaged[group]!.count))
      case 1: damaged[group]!.append(UInt8(random.below(256)))
      case 2: damaged[(group &+ 1) % 128, default: []] += damaged[group]!
      default: damaged[group]![random.below(damaged[group]!.count)] = UInt8(random.below(256))
      }
      let instance = try make(bench)
      do {
        try instance.restore(damaged)
        try instance.open()
        try Self.run(seed, into: instance)
        try instance.watermark(1_000_000_000)
        _ = try instance.snapshot()
      } catch let failure as PluginBench.Failure {
        refused += 1
        #expect(failure.text.contains("saved"), "\(failure); seed \(seed)")
      }
    }
    #expect(refused > Int(rounds) / 4, "\(refused) of \(rounds) were refused")
  }

  @Test func `a damaged state of reduce is refused, or is one that could be`() throws {
    try hold("tidemill-fold") { bench in
      try bench.create(
        .operator, "reduce",
        with: .map([
          .init("key", .list([.string("k"), .string("j")])), .init("ttl", .int(1_000_000_000)),
          .init("initial", .map([.init("total", .string("0.0")), .init("line", .string("''"))])),
          .init("with", .map([.init("total", .string("total + value")), .init("line", .string("line + s"))])),
        ]))
    }
  }

  @Test func `a damaged state of aggregate is refused, or is one that could be`() throws {
    try hold("tidemill-fold") { bench in
      try bench.create(
        .operator, "aggregate",
        with: .map([
          .init("key", .list([.string("k")])), .init("emit", .string("watermark")),
          .init(
            "aggregate",
            .map([
              .init("rows", .string("count()")), .init("mean", .string("avg(value)")), .init("often", .string("counts(s)")),
              .init("last", .string("last(s)")), .init("p", .string("quantile(value, 0.5)")),
            ])),
        ]))
    }
  }

  @Test func `a damaged state of dedupe is refused, or is one that could be`() throws {
    let exact: [(String, Int64)] = [("ttl", 20_000_000)]
    for extends in [false, true] {
      try hold("tidemill-dedupe") { bench in
        try bench.create(
          .operator, "dedupe",
          with: .map(
            [.init("key", .list([.string("k"), .string("j")])), .init("extend", .bool(extends))]
              + exact.map { .init($0.0, .int($0.1)) }))
      }
    }
  }

  @Test func `damaged fingerprints are refused, or are ones that could be`() throws {
    try hold("tidemill-dedupe") { bench in
      try bench.create(
        .operator, "dedupe",
        with: .map([
          .init("key", .list([.string("k"), .string("j")])), .init("ttl", .int(20_000_000)),
          .init("approximate", .map([.init("keys", .int(1000)), .init("error", .double(0.01))])),
        ]))
    }
  }

  @Test func `a state is of one kind of memory, and of its options`() throws {
    let bench = try PluginBench(library: "tidemill-dedupe")
    bench.ports = ["out", "duplicates"]
    func make(_ keys: Int64?) throws -> PluginBenchInstance {
      try bench.create(
        .operator, "dedupe",
        with: .map(
          [.init("key", .list([.string("k")])), .init("ttl", .int(20_000_000))]
            + (keys.map { [.init("approximate", .map([.init("keys", .int($0)), .init("error", .double(0.01))]))] } ?? [])))
    }
    for (one, other) in [(nil, 1000), (1000, nil), (1000, 100_000)] as [(Int64?, Int64?)] {
      let first = try make(one)
      try Self.run(1, into: first)
      let blobs = try first.snapshot()
      let second = try make(other)
      #expect(throws: PluginBench.Failure.self) { try second.restore(blobs) }
    }
  }
}
