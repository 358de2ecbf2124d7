import CTidemill
import Glibc
import PluginManifest
import TestSupport
import Testing

/// The C samples, call by call: what a pipeline cannot bring about.
struct PluginSamplesBenchTests {
  private func bench(_ name: String) throws -> PluginBench {
    let path = try PluginSample.dropped + "/\(name).so"
    let handle = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE))
    let symbol = try #require(dlsym(handle, "tidemill_plugin_1"))
    typealias Entry = @convention(c) (UInt32) -> UnsafePointer<tide_plugin>?
    return try PluginBench(unsafeBitCast(symbol, to: Entry.self)(UInt32(TIDE_ABI_MINOR)))
  }

  private func options(_ entries: (String, ConfigValue)...) -> ConfigValue { .map(entries.map { .init($0.0, $0.1) }) }

  @Test func `between passes both ends, and no null, NaN or text`() throws {
    let bench = try bench("between")
    let range = options(("field", .string("v")), ("low", .int(-1)), ("high", .double(2.5)))
    let between = try bench.create(.operator, "between", with: range)
    try between.process(try frame("v", [-1, nil, 2.5, 2.6, .nan, 0, .infinity] as [Double?]).pointer)
    try between.process(try frame("v", [-2, -1, nil, 2, 3] as [Int64?]).pointer, rows: [1, 2, 4])
    try between.process(try frame("other", [1.0]).pointer)
    try between.process(try frame("v", [1.0]).pointer, rows: [])
    #expect(bench.forwards == [.init(port: 0, rows: [0, 2, 5]), .init(port: 0, rows: [1])])
    #expect(bench.rejects.isEmpty)
    try between.process(try frame("v", ["1", nil, "2"]).pointer)
    #expect(bench.rejects.map(\.row) == [0, 2])
    #expect(bench.rejects.first?.why == "the field is not a number")
  }

  @Test func `between stops at once when the host answers a failure`() throws {
    let bench = try bench("between")
    let between = try bench.create(
      .operator, "between", with: options(("field", .string("v")), ("low", .int(0)), ("high", .int(9))))
    bench.outputStatus = TIDE_E_CANCELLED
    #expect(throws: PluginBench.Failure.self) { try between.process(try frame("v", ["1", "2"]).pointer) }
    #expect(bench.rejects.map(\.row) == [0])
    #expect(throws: PluginBench.Failure.self) { try between.process(try frame("v", [1.0]).pointer) }
  }

  // MARK: State

  private func levels(_ rows: [(key: String?, level: Double?)]) throws -> OwnedFrame {
    try frame(rows: rows.count) {
      _ = try $0.addColumn("key", .string)
      _ = try $0.addColumn("level", .double)
    } row: { builder, row in
      if let key = rows[row].key { builder.put(0, key) }
      if let level = rows[row].level { builder.put(1, level) }
    }
  }

  private func deadband(_ bench: PluginBench, by: Double = 1) throws -> PluginBenchInstance {
    try bench.create(
      .operator, "deadband", with: options(("key", .string("key")), ("field", .string("level")), ("by", .double(by))))
  }

  @Test func `deadband keeps the last number of each key, also of none`() throws {
    let bench = try bench("deadband")
    let rows = try levels([
      ("a", 1), ("b", 1), (nil, 1), ("a", 2), ("a", 2.5), ("b", nil), ("b", .nan), ("", 1), (nil, 0), (nil, -0.5), ("b", 0),
    ])
    try deadband(bench).process(rows.pointer)
    #expect(bench.forwards == [.init(port: 0, rows: [0, 1, 2, 4, 7, 9])])
  }

  @Test func `deadband goes on from a snapshot, however it is read`() throws {
    let bench = try bench("deadband")
    let first = try deadband(bench)
    try first.process(try levels((0..<500).map { ("key \($0)", Double($0)) }).pointer)
    let blobs = try first.snapshot()
    #expect(blobs.count > 100 && blobs.keys.allSatisfy { $0 < TIDE_KEY_GROUPS })
    for chunk in [1, 7, 128, Int.max] {
      let second = try deadband(bench)
      try second.restore(blobs, chunk: chunk)
      #expect(try second.snapshot().mapValues(\.count) == blobs.mapValues(\.count))
      bench.forwards = []
      try second.process(try levels([("key 3", 4), ("key 3", 4.5), ("key 499", 498), ("key 500", 0)]).pointer)
      #expect(bench.forwards == [.init(port: 0, rows: [1, 3])])
    }
  }

  @Test func `deadband refuses a snapshot that is cut off or damaged`() throws {
    let bench = try bench("deadband")
    let whole = try deadband(bench)
    try whole.process(try levels([("a", 1)]).pointer)
    let (group, blob) = try #require(try whole.snapshot().first)
    let noise = [UInt8](repeating: 0xFF, count: blob.count)
    for damaged in [Array(blob.dropLast()), Array(blob.dropLast(8)), blob + [1], noise, [UInt8](repeating: 0, count: 1000)] {
      let failure = try #require(throws: PluginBench.Failure.self) { try deadband(bench).restore([group: damaged]) }
      #expect(failure.code == TIDE_E_STATE)
    }
  }

  @Test func `deadband has a bound, and rejects the rows of keys beyond it`() throws {
    let bench = try bench("deadband")
    let instance = try deadband(bench)
    try instance.process(try levels((0..<10_000).map { ("\($0)", 0) }).pointer)
    #expect(bench.forwards.flatMap(\.rows).count == 10_000)
    bench.forwards = []
    try instance.process(try levels([("9999", 5), ("10000", 5), (String(repeating: "k", count: 116), 5)]).pointer)
    #expect(bench.forwards == [.init(port: 0, rows: [0])])
    #expect(bench.rejects.map(\.why) == ["there are more keys than the table holds", "the key is longer than 115 bytes"])
  }

  @Test func `changes goes on from a snapshot, and refuses one that is cut off or too long`() throws {
    let bench = try bench("changes")
    func changes() throws -> PluginBenchInstance {
      try bench.create(.operator, "changes", with: options(("field", .string("level"))))
    }
    let first = try changes()
    try first.process(try levels([(nil, 1), (nil, 1), (nil, nil), (nil, 2), (nil, 2), (nil, 1)]).pointer)
    #expect(bench.forwards == [.init(port: 0, rows: [0, 3, 5])])
    let blobs = try first.snapshot()
    let (group, blob) = try #require(blobs.first)
    for chunk in [1, 7, Int.max] {
      let second = try changes()
      try second.restore(blobs, chunk: chunk)
      bench.forwards = []
      try second.process(try levels([(nil, 1), (nil, 3)]).pointer)
      #expect(bench.forwards == [.init(port: 0, rows: [1])])
    }
    for damaged in [Array(blob.dropLast()), blob + [0]] {
      let failure = try #require(throws: PluginBench.Failure.self) { try changes().restore([group: damaged]) }
      #expect(failure.code == TIDE_E_STATE)
    }
  }

  // MARK: Source and sink

  @Test func `counter emits what is due and no more`() throws {
    let bench = try bench("counter")
    bench.nowStep = 0
    let counter = try bench.create(
      .source, "counter", with: options(("from", .int(.max)), ("step", .int(2)), ("every", .int(1_000_000_000))))
    try counter.open()
    #expect(try counter.poll() == TIDE_IDLE)
    #expect(try counter.poll() == TIDE_IDLE)
    bench.now += 1_999_999_999
    #expect(try counter.poll() == TIDE_IDLE)
    let numbers = bench.commits.flatMap { commit in
      (0..<commit.frame.rows).map { tide_i64(commit.frame.pointer, 1, UInt32($0)) }
    }
    #expect(numbers == [.max, .min + 1])
    #expect(tide_i64(bench.commits[1].frame.pointer, 0, 0) == 1_700_000_001_000_000_000)
  }

  @Test func `counter catches up a frame at a time, and ends`() throws {
    let bench = try bench("counter")
    let counter = try bench.create(
      .source, "counter",
      with: options(("from", .int(1)), ("step", .int(1)), ("every", .int(1000)), ("count", .int(2500)), ("start", .int(0))))
    try counter.open()
    #expect(try [counter.poll(), counter.poll(), counter.poll()] == [TIDE_OK, TIDE_OK, TIDE_END])
    #expect(bench.commits.map(\.frame.rows).reduce(0, +) == 2500)
  }

  @Test func `lines begins a file anew in a run, and goes on with it after a restart`() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("out.txt", "from before\n")
    let bench = try bench("lines")
    for attempt in 0...1 as ClosedRange<UInt64> {
      bench.info.attempt = attempt
      let lines = try bench.create(.sink, "lines", with: options(("path", .string(path)), ("field", .string("t"))))
      try lines.open()
      try lines.process(try frame("t", ["attempt \(attempt)", nil, "two\nlines", ""]).pointer)
      lines.close()
    }
    #expect(try Files.text(path) == "attempt 0\n\nattempt 1\n\n")
    #expect(
      bench.rejects == [
        .init(row: 2, why: "the text has more than one line"), .init(row: 2, why: "the text has more than one line"),
      ])
  }

  @Test func `lines wants a path that can be one`() throws {
    let bench = try bench("lines")
    for path in ["", String(repeating: "p", count: 4096)] {
      let failure = try #require(throws: PluginBench.Failure.self) {
        try bench.create(.sink, "lines", with: options(("path", .string(path)), ("field", .string("t"))))
      }
      #expect(failure == .init(code: TIDE_E_CONFIG, text: "a path has 1 to 4095 bytes", configPath: "path"))
    }
  }
}
