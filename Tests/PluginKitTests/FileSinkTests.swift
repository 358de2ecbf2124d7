import PluginKit
import PluginManifest
import TestSupport
import Testing

/// How the sink `file` collects, appends, rotates and syncs. Timers are run by hand.
@Suite struct FileSinkWrites {
  private let folder: TemporaryDirectory
  private let bench: PluginBench

  init() throws {
    folder = try TemporaryDirectory()
    bench = try PluginBench(library: "tidemill-file")
    // Of a clock that stands still a test knows when timers are due.
    bench.nowStep = 0
  }

  private func sink(_ options: ConfigValue.Entry...) throws -> PluginBenchInstance {
    let sink = try bench.create(.sink, "file", with: .map([.init("path", .string(folder.file("out")))] + options))
    try sink.open()
    return sink
  }

  private func put(_ lines: [String], to sink: PluginBenchInstance) throws {
    #expect(try sink.process(try frame("text", lines).pointer) == TIDE_OK)
  }

  private func put(_ line: String, to sink: PluginBenchInstance) throws { try put([line], to: sink) }

  private func due(_ id: UInt64) -> Int64? { bench.timers.last { $0.id == id && $0.domain == TIDE_DOMAIN_PROCESSING }?.at }

  @Test func `rows of several batches are written together, none later than the delay`() throws {
    let sink = try sink(.init("delay", .int(50_000_000)))
    try put("one", to: sink)
    bench.now += 10_000_000
    try put("two", to: sink)
    #expect(folder.read("out") == "")
    #expect(due(1) == bench.now + 40_000_000)
    try sink.timer(1, at: bench.now)
    #expect(folder.read("out") == "one\ntwo\n")
    try put("three", to: sink)
    try sink.flush()
    #expect(folder.read("out") == "one\ntwo\nthree\n")
    sink.close()
  }

  @Test func `what is enough for one write does not wait`() throws {
    let sink = try sink()
    let block = (0..<100).map { "\($0)" + String(repeating: "x", count: 999) }
    try put("before", to: sink)
    try put(block, to: sink)
    #expect(folder.read("out")?.split(separator: "\n").count == 101)
    for _ in 0..<9 { try put(Array(block[..<30]), to: sink) }
    #expect(folder.read("out")?.split(separator: "\n").count == 101 + 8 * 30)
    sink.close()
    #expect(folder.read("out")?.split(separator: "\n").count == 101 + 9 * 30)
    #expect(folder.read("out")?.hasPrefix("before\n0x") == true)
  }

  @Test func `a host without timers gets each batch written by itself`() throws {
    bench.offersTimers = false
    let sink = try sink()
    try put("one", to: sink)
    #expect(folder.read("out") == "one\n")
    sink.close()
  }

  @Test func `append keeps what the file holds, and ends a line that has no end`() throws {
    try folder.write("out", "old\ntorn")
    let sink = try sink(.init("append", .bool(true)))
    try put("new", to: sink)
    try sink.flush()
    sink.close()
    #expect(folder.read("out") == "old\ntorn\nnew\n")
    #expect(bench.logs.contains { $0.contains("its last line has no end") })
  }

  @Test func `a full file gets a number, none is larger than allowed, and no line is in two`() throws {
    let sink = try sink(.init("rotate_size", .int(2000)))
    let lines = (0..<100).map { "\($0)" + String(repeating: "r", count: 97) }
    for line in lines { try put(line, to: sink) }
    try sink.flush()
    sink.close()
    let names = try Files.names(folder.path)
    #expect(names.count >= 5 && names.contains("out.000001"))
    let texts = try (names.filter { $0 != "out" } + ["out"]).map { try Files.text(folder.file($0)) }
    #expect(texts.allSatisfy { $0.utf8.count <= 2000 && $0.hasSuffix("\n") })
    #expect(texts.joined() == lines.map { $0 + "\n" }.joined())
  }

  @Test func `numbers go on where an earlier run stopped, and the oldest files are removed`() throws {
    try folder.write("out.000007", "seven\n")
    try folder.write("out.000008", "eight\n")
    try folder.write("out.backup", "not ours\n")
    let sink = try sink(.init("rotate_size", .int(1024)), .init("keep", .int(2)), .init("fsync", .string("rotate")))
    for number in 0..<3 { try put("\(number)" + String(repeating: "k", count: 600), to: sink) }
    try sink.flush()
    sink.close()
    #expect(try Files.names(folder.path) == ["out", "out.000009", "out.000010", "out.backup"])
    #expect(folder.read("out.000009")?.hasPrefix("0k") == true)
  }

  @Test func `a file is rotated when the clock passes a multiple of the time, unless it is empty`() throws {
    bench.now = 7_000_000_000
    let sink = try sink(.init("rotate_every", .int(5_000_000_000)))
    try put("one", to: sink)
    #expect(due(2) == 10_000_000_000)
    bench.now = 10_000_000_000
    try sink.timer(2, at: 10_000_000_000)
    #expect(folder.read("out.000001") == "one\n")
    #expect(folder.read("out") == "")
    #expect(due(2) == 15_000_000_000)
    bench.now = 15_000_000_000
    try sink.timer(2, at: 15_000_000_000)
    #expect(try Files.names(folder.path) == ["out", "out.000001"])
    sink.close()
  }

  @Test func `a name that cannot be given leaves the rows where they are`() throws {
    // With a number behind it the name is longer than a name may be.
    let name = String(repeating: "n", count: 252)
    let sink = try bench.create(
      .sink, "file", with: .map([.init("path", .string(folder.file(name))), .init("rotate_size", .int(1024))]))
    try sink.open()
    try put(String(repeating: "a", count: 900), to: sink)
    try put(String(repeating: "b", count: 900), to: sink)
    try sink.flush()
    #expect(bench.logs.contains { $0.contains("cannot be renamed to") && $0.contains("going on in the same file") })
    #expect(folder.read(name)?.utf8.count == 1802)
    sink.close()
  }

  @Test(arguments: ["", "theirs\n"])
  func `a file that was removed or replaced is not renamed, and no row is lost after that`(there: String) throws {
    let sink = try sink(.init("rotate_size", .int(1024)))
    let lines = (0..<6).map { "\($0)" + String(repeating: "r", count: 599) }
    try put(lines[0], to: sink)
    try sink.timer(1, at: bench.now)
    Files.remove(folder.file("out"))
    if !there.isEmpty { try folder.write("out", there) }
    for line in lines[1...] { try put(line, to: sink) }
    try sink.flush()
    sink.close()
    #expect(bench.logs.count { $0.contains("was removed or replaced; a new file is begun") } == 1)
    let names = try Files.names(folder.path)
    let texts = try (names.filter { $0 != "out" } + ["out"]).map { try Files.text(folder.file($0)) }
    #expect(texts.joined() == there + lines[1...].map { $0 + "\n" }.joined())
  }

  @Test func `with an interval rows are synced once in it, whatever their number`() throws {
    let sink = try sink(.init("fsync", .string("interval")), .init("fsync_every", .int(2_000_000_000)), .init("delay", .int(0)))
    for number in 0..<5 { try put("\(number)", to: sink) }
    #expect(bench.timers.count { $0.id == 3 } == 1)
    try sink.timer(3, at: bench.now)
    try put("5", to: sink)
    #expect(bench.timers.count { $0.id == 3 } == 2)
    sink.close()
  }

  @Test func `a restored sink takes back the files that it rotated after the checkpoint`() throws {
    let options = ConfigValue.Entry("rotate_size", .int(1024))
    let first = try sink(options)
    try put("kept", to: first)
    let saved = try first.snapshot()
    for letter in ["a", "b", "c"] { try put(String(repeating: letter, count: 900), to: first) }
    try first.flush()
    first.close()
    #expect(try Files.names(folder.path) == ["out", "out.000001", "out.000002"])
    let second = try bench.create(.sink, "file", with: .map([.init("path", .string(folder.file("out"))), options]))
    try second.restore(saved)
    try second.open()
    try put("again", to: second)
    try second.flush()
    second.close()
    #expect(try Files.names(folder.path) == ["out"])
    #expect(folder.read("out") == "kept\nagain\n")
  }

  @Test func `options that cannot work together are refused`() throws {
    #expect(throws: PluginBench.Failure.self) { try sink(.init("keep", .int(3))) }
    #expect(bench.failures.last?.configPath == "keep")
    #expect(throws: PluginBench.Failure.self) { try sink(.init("fsync_every", .int(2_000_000_000))) }
    #expect(bench.failures.last?.configPath == "fsync_every")
    #expect(throws: PluginBench.Failure.self) {
      let sink = try bench.create(
        .sink, "file", with: .map([.init("path", .string("/dev/null")), .init("rotate_size", .int(4096))]))
      try sink.open()
    }
    #expect(bench.failures.last?.text == "/dev/null is a pipe or a device, which cannot be rotated")
  }
}
