import Glibc
import TestSupport
import Testing

/// Outputs that take no more, or not yet.
struct OutputLimitTests {
  private static let endless = """
    name: endless
    sources:
      events: { use: generate, with: { kind: sensors, paced: false, seed: 1 } }
    sinks:
      out: { use: file, from: events, with: { path: out.jsonl } }

    """

  @Test func `a file that can grow no further holds whole rows, and those that count as taken and are not in it are told`()
    throws
  {
    let story = try Story()
    try story.file("pipeline.yaml", Self.endless)
    // A limit on the size of files stands for a full disk: the write that reaches it is cut short.
    let child = try Child(
      "/bin/sh",
      ["-c", "trap '' XFSZ; ulimit -f 2000; exec \"$0\" run pipeline.yaml", ProjectPaths.tidemill],
      in: story.directory.path, environment: Tidemill.environment())
    #expect(try child.finish() == .exit(1))
    #expect(child.errorText.contains("out.jsonl: cannot be written: File too large"))
    #expect(!child.errorText.contains("restarting"))
    let text = try story.text("out.jsonl")
    #expect(text.hasSuffix("}\n"))
    let lines = text.utf8.count { $0 == UInt8(ascii: "\n") }
    #expect(lines > 0)
    let missing = child.errorText.split(separator: " rows that were taken before").first?.split(separator: " ").last
    let isTold = child.errorText.contains("rows that were taken before are not in the file")
    let lost = isTold ? missing.flatMap { Int($0) } : 0
    #expect(BooksText.taken(child.errorText, by: "out") == lines + (lost ?? -1), "\(child.errorText)")
  }

  @Test func `a sink that writes to a pipe which nobody empties can be stopped`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.endless)
    let pipe = story.directory.file("out.jsonl")
    try #require(mkfifo(pipe, 0o600) == 0)
    let reader = Glibc.open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { Glibc.close(reader) }
    let child = try story.start("run", "pipeline.yaml", "--drain-timeout", "200ms")
    var ready = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    #expect(poll(&ready, 1, Int32(Child.limitSeconds) * 1000) == 1)
    child.signal(SIGINT)
    #expect(try child.finish() == .exit(130))
  }

  @Test func `lines of two sinks on standard output do not mix when the reader is slow`() throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      """
      name: two
      sources:
        a: { use: generate, with: { kind: sensors, count: 20000, paced: false, seed: 1 } }
        b: { use: generate, with: { kind: sensors, count: 20000, paced: false, seed: 2 } }
      sinks:
        x: { use: stdout, from: a }
        y: { use: stdout, from: b }

      """)
    let child = try story.start("run", "pipeline.yaml")
    #expect(try child.finish() == .exit(0))
    let lines = child.outputText.split(separator: "\n")
    #expect(lines.count == 40_000)
    #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") && $0.dropFirst().allSatisfy { $0 != "{" } })
  }

  @Test func `standard input has one reader`() throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      """
      sources: { i: { use: stdin }, j: { use: stdin } }
      sinks: { out: { use: stdout, from: [i, j] } }

      """)
    let result = try story.run("run", "pipeline.yaml", input: "{}\n")
    #expect(result.exitCode == 78)
    #expect(result.errors.contains("stdin: another source of this process reads standard input"))
  }
}
