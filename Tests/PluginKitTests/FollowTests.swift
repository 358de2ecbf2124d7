import Glibc
import PluginKit
import PluginManifest
import TestSupport
import Testing

/// The source `file` with `follow: true`, polled by hand: every test decides itself when the source looks.
@Suite struct FollowedFiles {
  private let folder: TemporaryDirectory
  private let bench: PluginBench

  init() throws {
    folder = try TemporaryDirectory()
    bench = try PluginBench(library: "tidemill-file")
  }

  private func source(_ pattern: String = "log", start: String = "beginning") throws -> PluginBenchInstance {
    let instance = try bench.create(.source, "file", with: options(pattern, start: start))
    try instance.open()
    return instance
  }

  private func options(_ pattern: String, start: String = "beginning") -> ConfigValue {
    .map([
      .init("path", .string(folder.file(pattern))), .init("follow", .bool(true)), .init("start", .string(start)),
    ])
  }

  /// Polls until the source has nothing more to do; gives the records that came.
  @discardableResult
  private func drain(_ source: PluginBenchInstance) throws -> [String] {
    let before = bench.records.count
    for _ in 0..<10_000 where try source.poll() == TIDE_IDLE { return bench.records[before...].map(\.text) }
    Issue.record("the source was never idle")
    return []
  }

  private func append(_ name: String, _ text: String) {
    let file = open(folder.file(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    defer { close(file) }
    _ = text.withCString { write(file, $0, strlen($0)) }
  }

  /// Another process that has the file `log` open, and appends to it the lines that it is sent.
  private func writer() throws -> Child {
    let script = "exec 3>>log; echo ready; while IFS= read -r line; do printf '%s\\n' \"$line\" >&3; done"
    let child = try Child("sh", ["-c", script], in: folder.path, input: .pipe)
    try child.wait { $0.outputText == "ready\n" }
    return child
  }

  private func move(_ from: String, _ to: String) { #expect(rename(folder.file(from), folder.file(to)) == 0) }

  /// More than the interval after which the source looks at everything.
  private func letTimePass(_ seconds: Int64 = 2) { bench.now += seconds * 1_000_000_000 }

  @Test func `a file that grows is read on, an unfinished line once it ends`() throws {
    append("log", "one\ntw")
    let source = try source()
    #expect(try drain(source) == ["one"])
    #expect(try drain(source) == [])
    append("log", "o\nthree\n")
    #expect(try drain(source) == ["two", "three"])
    #expect(bench.records.map(\.offset) == [0, 4, 8])
    source.close()
  }

  @Test func `an idle source is woken when its file grows`() throws {
    append("log", "one\n")
    let source = try source()
    try drain(source)
    let before = bench.wakes
    append("log", "two\n")
    #expect(bench.awaitWake(after: before))
    #expect(try drain(source) == ["two"])
    source.close()
  }

  @Test func `a renamed file is read to its end as long as somebody writes it, then the new one from its start`() throws {
    append("log", "one\n")
    let writer = try writer()
    let source = try source()
    #expect(try drain(source) == ["one"])
    move("log", "log.1")
    append("log", "three\n")
    #expect(try drain(source) == [])
    var before = bench.wakes
    writer.send("two\n")
    #expect(bench.awaitWake(after: before))
    #expect(try drain(source) == ["two"])
    before = bench.wakes
    writer.closeInput()
    #expect(try writer.finish() == .exit(0))
    #expect(bench.awaitWake(after: before))
    #expect(try drain(source) == ["three"])
    append("log", "four\n")
    #expect(try drain(source) == ["four"])
    #expect(bench.records.map(\.offset) == [0, 4, 0, 6])
    #expect(Set(bench.records.map(\.partition)).count == 1)
    source.close()
  }

  @Test func `a writer that keeps the old file open holds the new one back for five quiet seconds`() throws {
    append("log", "one\n")
    let writer = try writer()
    let source = try source()
    try drain(source)
    move("log", "log.1")
    append("log", "new\n")
    #expect(try drain(source) == [])
    letTimePass(6)
    #expect(try drain(source) == ["new"])
    #expect(bench.logs.contains { $0.contains("is still open for writing") })
    writer.closeInput()
    source.close()
  }

  @Test func `files that came and went between two looks are all read, in their order`() throws {
    append("log", "0\n")
    let source = try source()
    #expect(try drain(source) == ["0"])
    append("log", "0b")
    for round in 1...9 {
      for old in stride(from: round - 1, to: 0, by: -1) { move("log.\(old)", "log.\(old + 1)") }
      move("log", "log.1")
      append("log", "\(round)\n")
    }
    #expect(try drain(source) == ["0b", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    source.close()
  }

  @Test func `a file that was deleted before anybody looked is told of`() throws {
    append("log", "0\n")
    let source = try source()
    try drain(source)
    move("log", "log.1")
    append("log", "1\n")
    Files.remove(folder.file("log"))
    append("log", "2\n")
    #expect(try drain(source) == ["2"])
    #expect(bench.logs.contains { $0.contains("gone before it could be read") })
    source.close()
  }

  @Test func `a truncated file is read from its start, also when it has grown beyond the old place`() throws {
    append("log", "one\ntwo\nthr")
    let source = try source()
    #expect(try drain(source) == ["one", "two"])
    try folder.write("log", "new\n")
    #expect(try drain(source) == ["new"])
    #expect(
      bench.logs == [
        "\(folder.file("log")): was truncated, reading it from its start; 3 bytes of an unfinished record are gone"
      ])
    try folder.write("log", "much more than there was before\nand more\n")
    #expect(try drain(source) == ["much more than there was before", "and more"])
    #expect(bench.logs.count == 2)
    #expect(bench.records.map(\.offset) == [0, 4, 0, 0, 32])
    source.close()
  }

  @Test func `a file that takes the place of another is read from its start, the other to its end`() throws {
    append("log", "one\n")
    let source = try source()
    try drain(source)
    append("log", "two")
    append("other", "three\n")
    move("other", "log")
    #expect(try drain(source) == ["two", "three"])
    source.close()
  }

  @Test func `a file that comes to be, goes away and returns is followed`() throws {
    let source = try source("later/log")
    #expect(try drain(source) == [])
    _ = try folder.directory("later")
    letTimePass()
    #expect(try drain(source) == [])
    let before = bench.wakes
    append("later/log", "one\n")
    #expect(bench.awaitWake(after: before))
    #expect(try drain(source) == ["one"])
    append("later/log", "unfinished")
    Files.remove(folder.file("later/log"))
    #expect(try drain(source) == ["unfinished"])
    append("later/log", "back\n")
    #expect(try drain(source) == ["back"])
    source.close()
  }

  @Test func `what is there already can be left out, but for the line that is being written`() throws {
    append("log", "old\nolder\nhal")
    let source = try source(start: "end")
    #expect(try drain(source) == [])
    append("log", "f\nnew\n")
    #expect(try drain(source) == ["half", "new"])
    #expect(bench.records.map(\.offset) == [10, 15])
    #expect(throws: PluginBench.Failure.self) {
      try bench.create(.source, "file", with: .map([.init("path", .string("log")), .init("start", .string("end"))]))
    }
    #expect(bench.failures.last?.configPath == "start")
    source.close()
  }

  @Test func `files that a pattern fits later are followed, and a file that is renamed within it is read once`() throws {
    append("a.log", "a\n")
    let source = try source("*.log")
    #expect(try drain(source) == ["a"])
    append("b.log", "b\n")
    #expect(try drain(source) == ["b"])
    move("b.log", "c.log")
    append("b.log", "b2\n")
    #expect(try drain(source) == ["b2"])
    append("c.log", "c\n")
    #expect(try drain(source) == ["c"])
    try folder.write("packed.log", [0x1F, 0x8B, 8, 0])
    append("d.log", "d\n")
    #expect(try drain(source) == ["d"])
    #expect(bench.logs.contains { $0.contains("packed.log: is compressed (gzip)") })
    #expect(bench.origins.values.sorted().contains(folder.file("d.log")))
    source.close()
  }

  @Test func `a file that was refused is read once it is written anew, and never when it goes`() throws {
    append("a.log", "a\n")
    try folder.write("packed.log", [0x1F, 0x8B, 8, 0, 10])
    try folder.write("gone.log", [0x1F, 0x8B, 8, 0, 10])
    let source = try source("*.log")
    #expect(try drain(source) == ["a"])
    #expect(bench.logs.count { $0.contains("is compressed (gzip)") } == 2)
    #expect(truncate(folder.file("packed.log"), 0) == 0)
    append("packed.log", "plain again\n")
    Files.remove(folder.file("gone.log"))
    letTimePass()
    #expect(try drain(source) == ["plain again"])
    for _ in 0..<5 {
      letTimePass(60)
      #expect(try drain(source) == [])
    }
    #expect(bench.logs.count { $0.contains("is compressed (gzip)") } == 2)
    source.close()
  }

  @Test func `a restored source goes on where it was, and begins a file anew that is another one`() throws {
    append("log", "one\ntwo\n")
    let first = try source()
    try drain(first)
    let saved = try first.snapshot()
    first.close()
    append("log", "three\n")
    let second = try bench.create(.source, "file", with: options("log"))
    try second.restore(saved)
    try second.open()
    #expect(try drain(second) == ["three"])
    second.close()
    append("other", "a much longer file than the other\n")
    move("other", "log")
    let third = try bench.create(.source, "file", with: options("log"))
    try third.restore(saved)
    try third.open()
    #expect(try drain(third) == ["a much longer file than the other"])
    #expect(bench.logs.last?.contains("is another file than at the checkpoint") == true)
    third.close()
  }

  @Test(arguments: 1...20)
  func `whatever happens to names between two looks, every line is read once and in order`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var lines = 0
    var isUnfinished = false
    append("log", "")
    let source = try source()
    func write(finished: Bool) {
      append("log", isUnfinished ? "." : "\(lines)")
      isUnfinished = !finished
      if finished {
        append("log", ".\n")
        lines += 1
      }
    }
    for _ in 0..<200 {
      switch random.next() % 8 {
      case 0...2: write(finished: true)
      case 3: write(finished: false)
      case 4:
        if isUnfinished { write(finished: true) }
        move("log", "log.\(lines).\(random.next() % 1000)")
        append("log", "")
      case 5:
        if isUnfinished { write(finished: true) }
        append("fresh", "\(lines).\n")
        lines += 1
        // The name is taken over: the file before it has lost its only name, and is read to its end all the same.
        if try drain(source).isEmpty { try drain(source) }
        move("fresh", "log")
      default: try drain(source)
      }
    }
    if isUnfinished { write(finished: true) }
    try drain(source)
    let numbers = bench.records.map { String($0.text.prefix { $0 != "." }) }
    #expect(numbers == (0..<lines).map { "\($0)" }, "seed \(seed)")
    source.close()
  }
}
