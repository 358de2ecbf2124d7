import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct AnOperatorThroughTheTable {
  @Test func `forwards the rows that it keeps, as a selection`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    let operatorInstance = try bench.create(.operator, "above", with: .map([.init("above", .double(10))]))
    try operatorInstance.open()
    try operatorInstance.process(try frame("value", [5, 11, nil, 10, 12] as [Double?]).pointer)
    try operatorInstance.process(try frame("value", [20, 30] as [Double?]).pointer)
    try operatorInstance.process(try frame("value", [20, 30, 1, 40] as [Double?]).pointer, rows: [1, 2, 3])
    try operatorInstance.process(try frame("value", [1] as [Double?]).pointer)
    #expect(bench.forwards == [.init(port: 0, rows: [1, 4]), .init(port: 0, rows: [0, 1]), .init(port: 0, rows: [1, 3])])
  }

  @Test func `takes extremes, empty selections, other types and absent fields without harm`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    let operatorInstance = try bench.create(.operator, "above", with: .map([.init("above", .int(0))]))
    try operatorInstance.process(try frame("value", [.min, .max, 0, nil] as [Int64?]).pointer)
    try operatorInstance.process(try frame("value", [.infinity, -.infinity, .nan, nil, 1e-300] as [Double?]).pointer)
    try operatorInstance.process(try frame("value", ["text"]).pointer)
    try operatorInstance.process(try frame("other", [1.0]).pointer)
    try operatorInstance.process(try frame("value", [1.0]).pointer, rows: [])
    #expect(bench.forwards == [.init(port: 0, rows: [1]), .init(port: 0, rows: [0, 4])])
    #expect(bench.failures.isEmpty)
  }

  @Test func `reads a whole frame of 65536 rows`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    let operatorInstance = try bench.create(.operator, "above", with: .map([.init("above", .int(65533))]))
    try operatorInstance.process(try frame("value", (0..<65536).map { Double($0) }).pointer)
    #expect(bench.forwards == [.init(port: 0, rows: [65534, 65535])])
  }

  @Test func `turns what it throws into a code, a sentence and a path`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    func fails(_ how: String) throws -> PluginBench.Failure? {
      do {
        let instance = try bench.create(.operator, "failing", with: .map([.init("how", .string(how))]))
        try instance.open()
        try instance.process(try frame("value", [1.0]).pointer)
        return nil
      } catch let failure as PluginBench.Failure { return failure }
    }
    #expect(try fails("config") == .init(code: TIDE_E_CONFIG, text: "this cannot work", configPath: "how"))
    #expect(try fails("open") == .init(code: TIDE_E_RETRY, text: "not yet", configPath: ""))
    #expect(try fails("fatal") == .init(code: TIDE_E_FATAL, text: "broken", configPath: ""))
    #expect(try fails("odd") == .init(code: TIDE_E_FATAL, text: "an odd thing happened", configPath: ""))
    #expect(try fails("none") == nil)
  }

  @Test func `passes the host's cancellation on without a sentence`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    let instance = try bench.create(.operator, "above", with: .map([.init("above", .int(0))]))
    bench.outputStatus = TIDE_E_CANCELLED
    #expect(throws: PluginBench.Failure(code: TIDE_E_CANCELLED, text: "", configPath: "")) {
      try instance.process(try frame("value", [1.0]).pointer)
    }
    #expect(bench.failures.isEmpty)
  }

  @Test func `asks to be called again, and rejects rows by their number`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    let again = try bench.create(.operator, "failing", with: .map([.init("how", .string("again"))]))
    #expect(try again.process(try frame("value", [1.0]).pointer) == TIDE_MORE)
    let rejecting = try bench.create(.operator, "failing", with: .map([.init("how", .string("reject"))]))
    try rejecting.process(try frame("value", [1.0, 2, 3]).pointer, rows: [0, 2])
    #expect(bench.rejects == [.init(row: 0, why: "no good"), .init(row: 2, why: "no good")])
  }

  @Test func `keeps its state through a checkpoint read one byte at a time`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    let first = try bench.create(.operator, "counter")
    try first.process(try frame("value", [1.0, 2, 3]).pointer)
    let blobs = try first.snapshot()
    let second = try bench.create(.operator, "counter")
    try second.restore(blobs, chunk: 1)
    #expect(try second.snapshot() == blobs)
    try second.flush()
    #expect(FrameView(bench.commits[0].frame.pointer).column(0).int(0) == 3)
    let short = [UInt32.max: Array(try #require(blobs[.max]).dropLast())]
    #expect(throws: PluginBench.Failure.self) { try bench.create(.operator, "counter").restore(short) }
    #expect(bench.failures.last?.code == TIDE_E_STATE)
  }

  @Test func `answers watermarks and timers only when it handles them`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    let counter = try bench.create(.operator, "counter")
    try counter.process(try frame("value", [1.0]).pointer)
    #expect(bench.timers == [.init(group: .max, id: 7, at: .max, domain: 0)])
    try counter.watermark(.min)
    try counter.timer(7, at: .max)
    #expect(bench.watermarks == [.min])
    #expect(bench.commits.count == 1)
    let entries = bench.components
    #expect(entries[0].pointee.on_watermark == nil)
    #expect(entries[0].pointee.on_timer == nil)
    #expect(entries[0].pointee.snapshot == nil)
    #expect(entries[0].pointee.poll == nil)
    #expect(entries[3].pointee.on_watermark != nil)
    #expect(entries[3].pointee.state_version == 3)
  }
}
