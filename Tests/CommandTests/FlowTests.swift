import Glibc
import TestSupport
import Testing

/// The operators of `flow` in whole pipelines.
struct FlowTests {
  private func pipeline(_ operators: String, from last: String, sink: String = "") -> String {
    """
    name: flow
    sources:
      all: { use: file, with: { path: "in*.jsonl", time: ts, fields: { n: int } }, watermark: { delay: 0s } }
    operators:
    \(operators)
    sinks:
      out: { use: file, from: \(last), with: { path: out.jsonl\(sink) } }

    """
  }

  /// Records of several shapes: fields beyond the declared one, of other names in each part of the file, late ones, long ones.
  private func records(_ count: Int, file: Int) -> String {
    (0..<count).map { n in
      let second = n % 7 == 3 ? max(0, n - 40) : n
      let clock = "\(second / 3600 % 24):\(second / 60 % 60):\(second % 60)".split(separator: ":").map {
        $0.count < 2 ? "0\($0)" : "\($0)"
      }
      let more =
        n % 3 == 0
        ? ",\"k\(n / 100)\":{\"deep\":[\(n),null,\"\(n)\"]}"
        : n % 50 == 1 ? ",\"text\":\"\(String(repeating: "é", count: n))\"" : ""
      return "{\"ts\":\"2026-01-01T\(clock.joined(separator: ":"))Z\",\"n\":\(file * 100_000 + n)\(more)}\n"
    }.joined()
  }

  @Test(arguments: ["count: 1", "count: 300", "count: 65536", "every: 1h", "count: 4000, every: 1ms, bytes: 20KiB"])
  func `batches change neither the order of rows nor a byte of them`(options: String) throws {
    let story = try Story()
    try story.file("in.jsonl", records(5000, file: 0))
    try story.file("pipeline.yaml", pipeline("  b: { use: batch, from: all, with: { \(options) } }", from: "b"))
    let result = try story.run("run", "pipeline.yaml", "--dev", "--books", "books.json")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try story.text("out.jsonl") == story.text("in.jsonl"))
    #expect(try story.text("books.json").contains("\"balanced\":true"))
  }

  @Test func `rows that are written anew read the same with batches and without`() throws {
    let story = try Story()
    for file in 0..<3 { try story.file("in\(file).jsonl", records(700, file: file)) }
    // Another form of times has each row written from its columns and its rest.
    let sink = ", time_format: ms"
    try story.file(
      "plain.yaml", pipeline("  o: { use: threshold, from: all, with: { field: n, above: -1 } }", from: "o", sink: sink))
    #expect(try story.run("run", "plain.yaml", "--dev").exitCode == 0)
    let plain = try story.text("out.jsonl")
    #expect(plain.split(separator: "\n").count == 2100)
    for count in [10, 333, 5000] {
      let operators = """
          h: { use: threshold, from: all, with: { field: n, above: -1 } }
          o: { use: batch, from: h, with: { count: \(count) } }
        """
      try story.file("batched.yaml", pipeline(operators, from: "o", sink: sink))
      let result = try story.run("run", "batched.yaml", "--dev")
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(try story.text("out.jsonl") == plain, "count \(count)")
    }
  }

  @Test func `the pipeline of the README runs, and keeps what it says`() throws {
    let story = try Story()
    let page = try Files.text(ProjectPaths.path("Plugins/Flow/README.md"))
    let start = try #require(page.firstRange(of: "```yaml\n")).upperBound
    let block = page[start..<(try #require(page[start...].firstRange(of: "```")).lowerBound)]
    try story.file("pipeline.yaml", String(block))
    let result = try story.run("run", "pipeline.yaml", "--dev")
    #expect(result.exitCode == 0, "\(result.errors)")
    // 60 seconds of ten sensors, one reading in ten seconds each.
    #expect(result.errors.contains("out 60, excess 5,940"), "\(result.errors)")
    #expect(result.output.split(separator: "\n").count > 60)
  }

  @Test func `a batch leaves when its time has come, though nothing follows`() throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      """
      name: slow
      sources: { lines: { use: stdin, with: { format: text } } }
      operators: { b: { use: batch, from: lines, with: { every: 50ms } } }
      sinks: { out: { use: stdout, from: b, with: { format: text } } }

      """)
    let child = try story.start("run", "pipeline.yaml", input: .pipe)
    child.send("one\ntwo\n")
    try child.wait { $0.outputText == "one\ntwo\n" }
    child.send("three\n")
    try child.wait { $0.outputText == "one\ntwo\nthree\n" }
    child.closeInput()
    #expect(try child.finish() == .exit(0))
  }

  @Test func `a throttle that waits is stopped at once, and what is behind it does not wait for it`() throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      """
      name: waiting
      sources: { lines: { use: stdin, with: { format: text } } }
      operators:
        t: { use: throttle, from: lines, with: { limit: 1, every: 1d, clock: processing, excess: wait } }
        b: { use: batch, from: t, with: { count: 100, every: 20ms } }
      sinks: { out: { use: stdout, from: b, with: { format: text } } }

      """)
    let child = try story.start("run", "pipeline.yaml", input: .pipe)
    child.send("one\ntwo\nthree\n")
    try child.wait { $0.outputText == "one\n" }
    child.signal(SIGTERM)
    try child.waitForErrors { $0.contains("a second signal stops at once") }
    child.signal(SIGTERM)
    #expect(try child.finish() == .exit(128 + SIGTERM))
    #expect(child.outputText == "one\n")
  }

  @Test func `a throttle that waits sends everything, in order, no faster than it may`() throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      """
      name: paced
      sources: { lines: { use: stdin, with: { format: text } } }
      operators:
        t: { use: throttle, from: lines, with: { limit: 50, burst: 1, clock: processing, excess: wait } }
      sinks: { out: { use: stdout, from: t, with: { format: text } } }

      """)
    let lines = (0..<21).map { "line \($0)\n" }.joined()
    let start = ContinuousClock.now
    let result = try story.run("run", "pipeline.yaml", input: lines)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.output == lines)
    #expect(start.duration(to: .now) >= .milliseconds(400))
  }

  @Test(arguments: [
    (
      "use: batch, with: { count: 10 }",
      "over several partitions of 'a' results depend on arrival: a batch holds rows as they come"
    ),
    ("use: batch, with: { every: 2s }", "results depend on arrival: a batch leaves by the clock"),
    (
      "use: throttle, with: { limit: 5 }",
      "over several partitions of 'a' results depend on arrival: rows use up the limit as they come"
    ),
    ("use: throttle, with: { limit: 5, clock: processing }", "results depend on arrival: rows pass by the clock"),
    (
      "use: window, with: { tumbling: 1m, aggregate: { mean: avg(v), n: count() } }",
      "over several partitions of 'a' results depend on arrival: the last place of avg is by the order of rows"
    ),
  ])
  func `plan says what depends on when rows come`(operator: String, sentence: String) throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      """
      name: order
      sources: { a: { use: file, with: { path: "*.jsonl", time: ts } } }
      operators: { o: { from: a, \(`operator`) } }
      sinks: { out: { use: stdout, from: o } }

      """)
    let result = try story.run("plan", "pipeline.yaml")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.output.contains("    \(sentence)\n"), "\(result.output)")
    #expect(result.output.contains("results depend on arrival: those of 'o' do"))
  }

  @Test func `mistakes in the options are told with their place`() throws {
    let story = try Story()
    let mistakes = [
      ("batch, from: all", "batch needs `count`, `every` or both"),
      ("batch, from: all, with: { count: 70000 }", "'count' is 70000; it must be at most 65536"),
      ("sample, from: all, with: { rate: 0.5, every: 2 }", "sample needs either `rate` or `every`"),
      ("sample, from: all, with: { rate: 2 }", "'rate' is 2.0; it must be at most 1"),
      ("throttle, from: all", "'limit'"),
      ("throttle, from: all, with: { limit: 1, excess: wait }", "add `clock: processing`"),
    ]
    try story.file("in.jsonl", "")
    for (use, message) in mistakes {
      try story.file("pipeline.yaml", pipeline("  o: { use: \(use) }", from: "o"))
      let result = try story.run("validate", "pipeline.yaml")
      #expect(result.exitCode == 78, "\(use)")
      let told = result.output + result.errors
      #expect(told.contains("pipeline.yaml:5:") && told.contains(message), "\(use): \(told)")
    }
  }
}
