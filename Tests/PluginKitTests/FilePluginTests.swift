import Glibc
import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct FilePlugin {
  private func source(_ bench: PluginBench, _ options: ConfigValue.Entry...) throws -> PluginBenchInstance {
    let instance = try bench.create(.source, "file", with: .map(options))
    try instance.open()
    return instance
  }

  /// A sink that writes each batch by itself.
  private func atOnce(_ path: String) -> ConfigValue { .map([.init("path", .string(path)), .init("delay", .int(0))]) }

  private func drain(_ instance: PluginBenchInstance) throws {
    for _ in 0..<100_000 where try instance.poll() == TIDE_END { return }
    Issue.record("the source never ended")
  }

  @Test func `reads several files in sorted order, each as one partition`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("b.log", "three\nfour")
    try folder.write("a.log", "one\ntwo\n")
    try folder.write("c.log", "")
    try folder.write("d.txt", "not read")
    let bench = try PluginBench(library: "tidemill-file")
    try drain(try source(bench, .init("path", .string("\(folder.path)/*.log"))))
    #expect(
      bench.records == [
        .init(partition: 0, offset: 0, text: "one"), .init(partition: 0, offset: 4, text: "two"),
        .init(partition: 1, offset: 0, text: "three"), .init(partition: 1, offset: 6, text: "four"),
      ])
    #expect(bench.knownPartitions.prefix(3) == [0, 1, 2] && bench.endedPartitions == [0, 1])
    #expect(bench.idlePartitions.isEmpty)
    #expect(bench.origins == [0: "\(folder.path)/a.log", 1: "\(folder.path)/b.log", 2: "\(folder.path)/c.log"])
  }

  @Test func `a file alone has no other to wait for`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a.log", "one\n")
    let bench = try PluginBench(library: "tidemill-file")
    try drain(try source(bench, .init("path", .string("\(folder.path)/a.log"))))
    #expect(bench.records.count == 1 && bench.watermarks.isEmpty)
  }

  @Test(arguments: [1, 7, Int.max])
  func `finds every record whatever the decoder takes at a time`(recordsPerDecode: Int) throws {
    let folder = try TemporaryDirectory()
    let lines = (0..<20_000).map { "line \($0) " + String(repeating: "x", count: $0 % 300) }
    try folder.write("many", lines.joined(separator: "\n") + "\n")
    let bench = try PluginBench(library: "tidemill-file")
    bench.recordsPerDecode = recordsPerDecode
    bench.nowStep = 10
    try drain(try source(bench, .init("path", .string("\(folder.path)/many"))))
    #expect(bench.records.map(\.text) == lines)
  }

  @Test func `grows its buffer for a record of several chunks and refuses one beyond the limit`() throws {
    let folder = try TemporaryDirectory()
    let long = String(repeating: "y", count: 3 << 20)
    try folder.write("long", "a\n\(long)\nb\n")
    let bench = try PluginBench(library: "tidemill-file")
    try drain(try source(bench, .init("path", .string("\(folder.path)/long"))))
    #expect(bench.records.map(\.text.utf8.count) == [1, 3 << 20, 1])
    bench.maxRecordBytes = 1 << 20
    let instance = try source(bench, .init("path", .string("\(folder.path)/long")))
    #expect(throws: PluginBench.Failure.self) { try drain(instance) }
    #expect(bench.failures.last?.text.contains("is longer than 1048576 bytes") == true)
  }

  @Test func `goes on at the byte where a checkpoint stood`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a", "1\n2\n3\n")
    try folder.write("b", "4\n5\n")
    let bench = try PluginBench(library: "tidemill-file")
    bench.recordsPerDecode = 1
    bench.nowStep = 100_000_000
    let paths = ConfigValue.Entry("paths", .list([.string("\(folder.path)/b"), .string("\(folder.path)/a")]))
    let first = try source(bench, paths)
    for _ in 0..<2 { try first.poll() }
    let saved = try first.snapshot()
    let seen = bench.records.count
    let second = try bench.create(.source, "file", with: .map([paths]))
    try second.restore(saved, chunk: 3)
    try second.open()
    try drain(second)
    #expect(bench.records.map(\.text) == ["1", "2", "3", "4", "5"])
    #expect(seen > 0 && seen < 5)
    try folder.write("a", "")
    let third = try bench.create(.source, "file", with: .map([paths]))
    try third.restore(saved)
    #expect(throws: PluginBench.Failure.self) { try third.open() }
    #expect(bench.failures.last?.code == TIDE_E_STATE)
  }

  @Test func `says what is wrong with a path`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("packed.gz", [0x1F, 0x8B, 8, 0, 0])
    try folder.write("wide.txt", [0xFF, 0xFE, 0x41, 0])
    mkfifo("\(folder.path)/pipe", 0o600)
    let bench = try PluginBench(library: "tidemill-file")
    func problem(_ name: String) -> String {
      do {
        try drain(try source(bench, .init("path", .string("\(folder.path)/\(name)"))))
        return "none"
      } catch { return bench.failures.last?.text.replacing(folder.path, with: "F") ?? "no text" }
    }
    #expect(problem("missing") == "F/missing: there is no such file")
    #expect(problem("") == "F/: is a directory; to read the files in it, write 'F/*'")
    #expect(problem("*.json") == "F/*.json: no file has such a name")
    #expect(problem("pipe").hasPrefix("F/pipe: is not a regular file"))
    #expect(problem("packed.gz").hasPrefix("F/packed.gz: is compressed (gzip)"))
    #expect(problem("wide.txt").hasPrefix("F/wide.txt: is UTF-16"))
  }

  @Test func `skips a byte order mark`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("bom", [0xEF, 0xBB, 0xBF, 0x61, 0x0A])
    let bench = try PluginBench(library: "tidemill-file")
    try drain(try source(bench, .init("path", .string("\(folder.path)/bom"))))
    #expect(bench.records == [.init(partition: 0, offset: 3, text: "a")])
  }

  @Test func `wants one of its two options`() throws {
    let bench = try PluginBench(library: "tidemill-file")
    #expect(throws: PluginBench.Failure.self) { try source(bench) }
    #expect(bench.failures.last?.configPath == "path")
    #expect(throws: PluginBench.Failure.self) {
      try source(bench, .init("path", .string("a")), .init("paths", .list([.string("b")])))
    }
    #expect(bench.failures.last?.configPath == "paths")
  }

  @Test func `a sink writes every row, and empties the file at the first one`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("out", "old\n")
    let bench = try PluginBench(library: "tidemill-file")
    let sink = try bench.create(.sink, "file", with: atOnce("\(folder.path)/out"))
    try sink.open()
    #expect(folder.read("out") == "old\n")
    try sink.process(try frame("text", ["a", "b", "c"]).pointer, rows: [0, 2])
    #expect(folder.read("out") == "a\nc\n")
    try sink.process(try frame("text", ["d"]).pointer)
    try sink.flush()
    sink.close()
    #expect(folder.read("out") == "a\nc\nd\n")
  }

  @Test func `a sink that is restarted after a failure goes on behind what it wrote`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("out", "old\n")
    let bench = try PluginBench(library: "tidemill-file")
    let options = atOnce("\(folder.path)/out")
    let first = try bench.create(.sink, "file", with: options)
    try first.open()
    try first.process(try frame("text", ["a"]).pointer)
    first.close()
    bench.info.attempt = 1
    let second = try bench.create(.sink, "file", with: options)
    try second.open()
    try second.process(try frame("text", ["b"]).pointer)
    second.close()
    #expect(folder.read("out") == "a\nb\n")
  }

  @Test func `a restored sink cuts off what came after the checkpoint`() throws {
    let folder = try TemporaryDirectory()
    let bench = try PluginBench(library: "tidemill-file")
    let options = atOnce("\(folder.path)/out")
    let first = try bench.create(.sink, "file", with: options)
    try first.open()
    try first.process(try frame("text", ["a"]).pointer)
    let saved = try first.snapshot()
    try first.process(try frame("text", ["lost"]).pointer)
    #expect(folder.read("out") == "a\nlost\n")
    first.close()
    let second = try bench.create(.sink, "file", with: options)
    try second.restore(saved)
    try second.open()
    try second.process(try frame("text", ["b"]).pointer)
    second.close()
    #expect(folder.read("out") == "a\nb\n")
  }

  @Test func `a sink never writes over a file that the pipeline reads`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("data", "1\n")
    let bench = try PluginBench(library: "tidemill-file")
    let options = ConfigValue.map([.init("path", .string("\(folder.path)/data"))])
    do {
      let source = try bench.create(.source, "file", with: options)
      try source.open()
      let sink = try bench.create(.sink, "file", with: options)
      #expect(throws: PluginBench.Failure.self) { try sink.open() }
      #expect(bench.failures.last?.text.contains("has that file open already") == true)
    }
    let sink = try bench.create(.sink, "file", with: options)
    try sink.open()
    let source = try bench.create(.source, "file", with: options)
    #expect(throws: PluginBench.Failure.self) { try source.open() }
    #expect(bench.failures.last?.text.contains("this process writes that file") == true)
    #expect(folder.read("data") == "1\n")
  }

  @Test func `a sink says when the directory is missing or the disk is full`() throws {
    let folder = try TemporaryDirectory()
    let bench = try PluginBench(library: "tidemill-file")
    let missing = try bench.create(.sink, "file", with: .map([.init("path", .string("\(folder.path)/no/such/out"))]))
    #expect(throws: PluginBench.Failure.self) { try missing.open() }
    #expect(
      bench.failures.last?.text
        == "\(folder.path)/no/such/out: its directory does not exist; make it with 'mkdir -p \(folder.path)/no/such'")
    let full = try bench.create(.sink, "file", with: .map([.init("path", .string("/dev/full"))]))
    try full.open()
    #expect(throws: PluginBench.Failure.self) { try full.process(try frame("text", ["a"]).pointer) }
    #expect(bench.failures.last?.text.hasPrefix("/dev/full: the disk is full") == true)
    #expect(bench.failures.last?.code == TIDE_E_UNSUPPORTED)
  }

  @Test func `a sink that writes to a full pipe asks to be called again, until the reader has it all`() throws {
    let folder = try TemporaryDirectory()
    let pipe = folder.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    let reader = Glibc.open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { Glibc.close(reader) }
    var seen: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    func read() {
      let count = Glibc.read(reader, &chunk, chunk.count)
      if count > 0 { seen += chunk[..<count] }
    }
    let bench = try PluginBench(library: "tidemill-file")
    let sink = try bench.create(.sink, "file", with: .map([.init("path", .string(pipe))]))
    try sink.open()
    let lines = (0..<400).map { "\($0) " + String(repeating: "x", count: 1000) }
    let batch = try frame("text", lines)
    #expect(try sink.process(batch.pointer) == TIDE_MORE)
    #expect(try sink.process(batch.pointer) == TIDE_MORE)
    for _ in 0..<1000 {
      read()
      if try sink.process(batch.pointer) == TIDE_OK { break }
    }
    for _ in 0..<10 { read() }
    #expect(String(decoding: seen, as: UTF8.self) == lines.map { $0 + "\n" }.joined())
  }

  @Test func `a sink names where a link that leads nowhere leads`() throws {
    let folder = try TemporaryDirectory()
    symlink("away/out", folder.file("link"))
    symlink("link", folder.file("second"))
    let bench = try PluginBench(library: "tidemill-file")
    let sink = try bench.create(.sink, "file", with: .map([.init("path", .string(folder.file("second")))]))
    #expect(throws: PluginBench.Failure.self) { try sink.open() }
    #expect(
      bench.failures.last?.text
        == "\(folder.path)/second: is a link to '\(folder.path)/away/out', whose directory does not exist; "
        + "make it with 'mkdir -p \(folder.path)/away'")
  }

  @Test func `a pattern leaves directories out`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a/in", "no")
    try folder.write("b", "yes\n")
    let bench = try PluginBench(library: "tidemill-file")
    try drain(try source(bench, .init("path", .string("\(folder.path)/*"))))
    #expect(bench.records.map(\.text) == ["yes"])
    Files.remove(folder.file("b"))
    #expect(throws: PluginBench.Failure.self) { try source(bench, .init("path", .string("\(folder.path)/*"))) }
    #expect(
      bench.failures.last?.text
        == "\(folder.path)/*: only directories have such names; to read the files in them, write '\(folder.path)/*/*'")
  }

  @Test(arguments: [
    ("~/in.jsonl", "there is no such file; '~' is not expanded: write ${HOME}/in.jsonl"),
    ("~other/in.jsonl", "there is no such file; '~' is not expanded: write the directory itself"),
    (
      "no/**/*.jsonl",
      "there is no such file; '**' stands for one name, as '*' does: give a pattern for each depth under 'paths'"
    ),
  ])
  func `a path that only a shell expands is told from one that is missing`(path: String, says: String) throws {
    let bench = try PluginBench(library: "tidemill-file")
    #expect(throws: PluginBench.Failure.self) { try source(bench, .init("path", .string(path))) }
    #expect(bench.failures.last?.text == "\(path): \(says)")
  }
}
