import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct ThresholdPlugin {
  private func kept(_ frame: OwnedFrame, above: ConfigValue? = nil, below: ConfigValue? = nil, rows: [UInt16]? = nil) throws
    -> [Int]
  {
    let bench = try PluginBench(library: "tidemill-threshold")
    let limits = [above.map { ConfigValue.Entry("above", $0) }, below.map { .init("below", $0) }].compactMap { $0 }
    let instance = try bench.create(.operator, "threshold", with: .map([.init("field", .string("value"))] + limits))
    try instance.process(frame.pointer, rows: rows)
    #expect(bench.rejects.isEmpty)
    return bench.forwards.flatMap(\.rows)
  }

  @Test func `passes what is above, below or between`() throws {
    let values = try frame("value", [5, 11, nil, 10, .nan, .infinity, -.infinity] as [Double?])
    #expect(try kept(values, above: .double(10)) == [1, 5])
    #expect(try kept(values, below: .int(10)) == [0, 6])
    #expect(try kept(values, above: .int(5), below: .int(11)) == [3])
    #expect(try kept(values, above: .int(10), below: .int(6)) == [0, 1, 5, 6])
    #expect(try kept(values, above: .double(10), rows: [0, 2, 5]) == [5])
  }

  @Test func `compares integers exactly, at both ends`() throws {
    let big: Int64 = 1 << 53
    let values = try frame("value", [.min, -1, 0, nil, big, big + 1, .max] as [Int64?])
    #expect(try kept(values, above: .double(-1e300)) == [0, 1, 2, 4, 5, 6])
    #expect(try kept(values, above: .double(1e300)) == [])
    #expect(try kept(values, below: .double(-1e300)) == [])
    #expect(try kept(values, below: .double(1e300)) == [0, 1, 2, 4, 5, 6])
    #expect(try kept(values, above: .double(Double(big))) == [5, 6])
    #expect(try kept(values, above: .double(-0.5), below: .double(0.5)) == [2])
    #expect(try kept(values, below: .double(-0.5)) == [0, 1])
    #expect(try kept(values, below: .double(-9_223_372_036_854_775_808)) == [])
    #expect(try kept(values, above: .double(-9_223_372_036_854_775_808)) == [1, 2, 4, 5, 6])
  }

  @Test func `reads constants and sequences`() throws {
    let constant = try frame(rows: 3) { builder in
      builder.setConstant(try builder.addColumn("value", .double), 7.0)
      _ = try builder.addColumn("other", .int)
    } row: { builder, row in
      builder.put(1, Int64(row))
    }
    #expect(try kept(constant, above: .int(6)) == [0, 1, 2])
    #expect(try kept(constant, above: .int(7)) == [])
    let sequence = try frame(rows: 4) { builder in
      builder.setSequence(try builder.addColumn("value", .int), base: .max - 1)
      _ = try builder.addColumn("other", .int)
    } row: { builder, row in
      builder.put(1, Int64(row))
    }
    #expect(try kept(sequence, above: .int(0)) == [0, 1])
  }

  @Test func `rejects rows whose field is no number, and passes none that lack it`() throws {
    let bench = try PluginBench(library: "tidemill-threshold")
    let instance = try bench.create(
      .operator, "threshold", with: .map([.init("field", .string("value")), .init("above", .int(0))]))
    try instance.process(try frame("value", ["1", "2"]).pointer)
    try instance.process(try frame("other", [1.0]).pointer)
    try instance.process(try frame("value", [1.0]).pointer, rows: [])
    #expect(bench.rejects.map(\.row) == [0, 1])
    #expect(bench.forwards.isEmpty)
  }

  @Test func `wants a field and a limit`() throws {
    let bench = try PluginBench(library: "tidemill-threshold")
    #expect(throws: PluginBench.Failure.self) {
      try bench.create(.operator, "threshold", with: .map([.init("field", .string("v"))]))
    }
    #expect(bench.failures.last?.configPath == "above")
    #expect(throws: PluginBench.Failure.self) {
      try bench.create(.operator, "threshold", with: .map([.init("below", .int(1))]))
    }
    #expect(bench.failures.last?.configPath == "field")
  }
}
