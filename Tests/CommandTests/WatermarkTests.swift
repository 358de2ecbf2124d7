import TestSupport
import Testing

/// What a person sees of watermarks over several files: results, and who held them back.
struct WatermarkTests {
  private static let manifest = """
    name: logs
    sources:
      logs: { use: file, with: { path: "*.log", format: json, time: ts }, watermark: { delay: 1s } }
    operators:
      win: { use: window, from: logs, with: { tumbling: 10s, aggregate: { rows: count(), last: last(n) } } }
    sinks:
      out: { use: file, from: win, with: { path: out.jsonl, time_format: ms } }
      late: { use: file, from: win.late, with: { path: late.jsonl } }

    """

  private func lines(_ file: Int, _ seconds: [Int]) -> String {
    seconds.map { "{\"ts\":\(1_700_000_000_000 + $0 * 1000),\"n\":\"\(file) \($0)\"}\n" }.joined()
  }

  @Test func `rows of a file are not late because of the file before it`() throws {
    let story = try Story()
    try story.file("logs.yaml", Self.manifest)
    try story.file("a.log", lines(1, [0, 1, 12, 25, 60]))
    try story.file("b.log", "")
    try story.file("c.log", lines(3, [2, 13, 61, 11]))
    let result = try story.run("run", "logs.yaml", "--explain-watermarks")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(
      try story.text("out.jsonl").split(separator: "\n")
        == [
          (0, 3, "3 2"), (10, 2, "3 13"), (20, 1, "1 25"), (60, 2, "3 61"),
        ].map { start, rows, last in
          "{\"window_start\":\(1_700_000_000_000 + start * 1000),\"window_end\":\(1_700_000_010_000 + start * 1000),"
            + "\"rows\":\(rows),\"last\":\"\(last)\",\"corrections\":0}"
        })
    // The row at 11 is behind the one at 61 of its own file.
    #expect(try story.text("late.jsonl").contains("\"n\":\"3 11\""))
  }

  @Test func `the table at the end of a run names every partition, how far it came, and that it has ended`() throws {
    let story = try Story()
    try story.file("logs.yaml", Self.manifest)
    try story.file("a.log", lines(1, [0, 60, 5]))
    try story.file("b.log", lines(2, [30]))
    let result = try story.run("run", "logs.yaml", "--explain-watermarks")
    #expect(result.exitCode == 0, "\(result.errors)")
    let lines = result.errors.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(
      Array(lines.drop { !$0.hasPrefix("watermark of") }) == [
        "watermark of last held others late rows p50 p99 most", "logs 2023-11-14T22:13:49.000Z 1 54.0 s 54.0 s 54.0 s",
        "a.log 2023-11-14T22:14:19.000Z ended 1", "b.log 2023-11-14T22:13:49.000Z 0", "win 2023-11-14T22:13:49.000Z",
        "out 2023-11-14T22:13:49.000Z", "late 2023-11-14T22:13:49.000Z",
      ], "\(result.errors)")
    let without = try story.run("run", "logs.yaml")
    #expect(!without.errors.contains("watermark of"))
    let twin = try story.run("run", "logs.yaml", environment: ["TIDEMILL_EXPLAIN_WATERMARKS": "1"])
    #expect(twin.errors.contains("watermark of"))
  }
}
