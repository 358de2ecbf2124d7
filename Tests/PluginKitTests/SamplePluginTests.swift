import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct SamplePlugin {
  private func sampled(
    _ rows: [FlowRows.Row], _ options: [ConfigValue.Entry], sizes: Int, using random: inout SplitMix
  ) throws -> [FlowRows.Row] {
    let bench = try PluginBench(library: "tidemill-flow")
    bench.keepsPassed = true
    let sample = try bench.create(.operator, "sample", with: .map(options))
    try sample.open()
    try FlowRows.send(rows, sizes: sizes, using: &random) { try sample.process($0.pointer, rows: $1) }
    try sample.flush()
    #expect(bench.commits.isEmpty)
    return FlowRows.left(bench)
  }

  @Test func `the same rows pass whatever frames they come in`() throws {
    let seed: UInt64 = 0x5A3B_0001
    var random = SplitMix(seed: seed)
    let rows = FlowRows.random(5000, keys: 300, using: &random)
    let cases: [[ConfigValue.Entry]] = [
      [.init("rate", .double(0.1))], [.init("rate", .double(0.3)), .init("by", .string("key"))],
      [.init("rate", .double(0.3)), .init("by", .string("key")), .init("seed", .int(-5))], [.init("every", .int(7))],
    ]
    for options in cases {
      let results = try [1, 20, 800, 5000].map { try sampled(rows, options, sizes: $0, using: &random) }
      for result in results.dropFirst() { #expect(result == results[0], "seed \(seed): \(options)") }
      #expect(!results[0].isEmpty)
    }
  }

  @Test func `passes the share that was asked for, by the hash of the id`() throws {
    let seed: UInt64 = 0x5A3B_0002
    var random = SplitMix(seed: seed)
    let rows = FlowRows.random(20_000, keys: 5, using: &random)
    for rate in [0, 0.01, 0.5, 0.99, 1] {
      let limit = rate * 0x1p64
      let expected = rows.filter { row in
        var key: [UInt8] = [3]
        withUnsafeBytes(of: row.n.littleEndian) { key += $0 }
        return Double(tide_xxh64(key, 9, 42)) < limit
      }
      let result = try sampled(rows, [.init("rate", .double(rate)), .init("seed", .int(42))], sizes: 900, using: &random)
      #expect(result == expected)
      #expect(abs(Double(result.count) - 20_000 * rate) < 400, "\(rate)")
    }
  }

  @Test func `a smaller share is part of a larger one, another seed draws others`() throws {
    var random = SplitMix(seed: 0x5A3B_0003)
    let rows = FlowRows.random(3000, keys: 5, using: &random)
    let small = try sampled(rows, [.init("rate", .double(0.1))], sizes: 100, using: &random).map(\.n)
    let large = try sampled(rows, [.init("rate", .double(0.2))], sizes: 100, using: &random).map(\.n)
    let other = try sampled(rows, [.init("rate", .double(0.1)), .init("seed", .int(1))], sizes: 100, using: &random).map(\.n)
    #expect(Set(small).isSubset(of: Set(large)) && small.count < large.count)
    #expect(Set(small).intersection(other).count < small.count / 2)
  }

  @Test func `a key passes with all its rows, and rows without one by their id`() throws {
    var random = SplitMix(seed: 0x5A3B_0004)
    let rows = FlowRows.random(8000, keys: 400, using: &random)
    let passed = try sampled(
      rows, [.init("rate", .double(0.25)), .init("by", .string("key"))], sizes: 500, using: &random)
    let keys = Set(passed.compactMap(\.key))
    #expect(passed.filter { $0.key != nil } == rows.filter { $0.key.map(keys.contains) ?? false })
    #expect((60...140).contains(keys.count))
    let keyless = rows.filter { $0.key == nil }.count
    #expect(abs(Double(passed.filter { $0.key == nil }.count) - 0.25 * Double(keyless)) < 0.1 * Double(keyless))
    // A field that no row has is a field without a value.
    let byId = try sampled(rows, [.init("rate", .double(0.25))], sizes: 500, using: &random)
    let byNothing = try sampled(
      rows, [.init("rate", .double(0.25)), .init("by", .string("missing"))], sizes: 500, using: &random)
    #expect(byId == byNothing)
  }

  @Test func `one row of so many passes, beginning with the first, also after a checkpoint`() throws {
    let bench = try PluginBench(library: "tidemill-flow")
    bench.keepsPassed = true
    func create() throws -> PluginBenchInstance {
      try bench.create(.operator, "sample", with: .map([.init("every", .int(3))]))
    }
    var sample = try create()
    for n in 0..<10 as Range<Int64> {
      let next = try create()
      try next.restore(try sample.snapshot(), chunk: 1)
      sample = next
      try sample.process(try FlowRows.frame([.init(n: n, key: nil, time: 0)]).pointer)
    }
    #expect(FlowRows.left(bench).map(\.n) == [0, 3, 6, 9])
  }

  @Test func `says which options do not go together`() throws {
    let bench = try PluginBench(library: "tidemill-flow")
    let wrong: [([ConfigValue.Entry], String)] = [
      ([], "rate"), ([.init("rate", .double(0.5)), .init("every", .int(2))], "every"),
      ([.init("every", .int(2)), .init("by", .string("key"))], "by"),
      ([.init("every", .int(2)), .init("seed", .int(0))], "seed"),
    ]
    for (options, path) in wrong {
      #expect(throws: PluginBench.Failure.self) { try bench.create(.operator, "sample", with: .map(options)) }
      #expect(bench.failures.last?.configPath == path)
    }
  }

  @Test func `rows without ids are drawn by their number, also after a checkpoint`() throws {
    func passed(_ sizes: [Int]) throws -> [Double] {
      let bench = try PluginBench(library: "tidemill-flow")
      bench.keepsPassed = true
      var sample = try bench.create(.operator, "sample", with: .map([.init("rate", .double(0.3))]))
      var at = 0
      for size in sizes {
        try sample.process(try frame("n", (at..<at + size).map { Double($0) }).pointer)
        let next = try bench.create(.operator, "sample", with: .map([.init("rate", .double(0.3))]))
        try next.restore(try sample.snapshot())
        sample = next
        at += size
      }
      return bench.passed.flatMap { passed in
        passed.rows.map { FrameView(passed.frame.pointer).column(0).double($0) }
      }
    }
    let whole = try passed([1000])
    #expect((200...400).contains(whole.count))
    #expect(try passed([1, 99, 400, 500]) == whole)
  }
}
