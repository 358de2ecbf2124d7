import TestSupport
import Testing

/// Each option of `window` in a whole pipeline: JSON lines in, JSON lines out.
struct WindowTests {
  private let story: Story

  init() throws { story = try Story() }

  /// Seconds, keys and values; two rows are behind a watermark that has passed them.
  private static let input = """
    {"ts":1,"k":"a","v":1}
    {"ts":2,"k":"b","v":2.5}
    {"ts":4,"k":"a","v":3}
    {"ts":12,"k":"a","v":4}
    {"ts":25,"k":"b","v":6}
    {"ts":9,"k":"a","v":7}
    {"ts":40,"k":"a","v":9}
    {"ts":3,"k":"a","v":10}

    """

  private func run(
    _ options: String, aggregate: String = "n: count(), sum: sum(v)", input: String = WindowTests.input, command: String = "run"
  ) throws -> Tidemill.Result {
    try story.file(
      "p.yaml",
      """
      name: p
      sources:
        s:
          use: stdin
          with: { format: json, time: ts, time_unit: s, fields: { v: double, k: string } }
          watermark: { delay: 2s }
      operators:
        w: { use: window, from: s, with: { \(options), aggregate: { \(aggregate) } } }
      sinks:
        out: { use: stdout, from: w, with: { time_format: s } }
        late: { use: file, from: w.late, with: { path: late.jsonl } }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """)
    return try story.run(command, "p.yaml", "--dev", input: input)
  }

  /// Results as words: key, start, end, n, sum, corrections.
  private func results(_ options: String) throws -> [String] {
    let result = try run(options)
    #expect(result.exitCode == 0 && result.errors.contains("the books hold to the row"), "\(result.errors)")
    return result.output.split(separator: "\n").map { line in
      let words = line.dropFirst().dropLast().split(separator: ",").map { $0.split(separator: ":", maxSplits: 1) }
      return words.map { String($0.last ?? "") }.joined(separator: " ").filter { $0 != "\"" }
    }
  }

  private func late() throws -> [String] { try story.text("late.jsonl").split(separator: "\n").map(String.init) }

  @Test func `tumbling windows follow each other, and late rows leave with how late they were`() throws {
    #expect(
      try results("tumbling: 10s, key: k") == [
        "a 0 10 2 4.0 0", "b 0 10 1 2.5 0", "a 10 20 1 4.0 0", "b 20 30 1 6.0 0", "a 40 50 1 9.0 0",
      ])
    let rows = try late()
    #expect(
      rows.count == 2 && rows[0].contains("\"lateness\":13000000000") && rows[1].contains("\"lateness\":28000000000"), "\(rows)"
    )
  }

  @Test func `windows by no key are those of all rows`() throws {
    #expect(try results("tumbling: 10s") == ["0 10 3 6.5 0", "10 20 1 4.0 0", "20 30 1 6.0 0", "40 50 1 9.0 0"])
  }

  @Test func `an offset moves bounds`() throws {
    #expect(
      try results("tumbling: 10s, offset: 3s, key: k") == [
        "a -7 3 1 1.0 0", "b -7 3 1 2.5 0", "a 3 13 2 7.0 0", "b 23 33 1 6.0 0", "a 33 43 1 9.0 0",
      ])
  }

  @Test func `days of a time zone have 23 to 25 hours`() throws {
    let input = """
      {"ts":1774738800,"k":"a","v":1}
      {"ts":1774821600,"k":"a","v":1}
      {"ts":1792879200,"k":"a","v":1}
      {"ts":1792969200,"k":"a","v":1}

      """
    let result = try run("tumbling: 1d, timezone: Europe/Berlin, key: k", input: input)
    let days = result.output.split(separator: "\n").map { $0.split(separator: ",")[1...2].joined(separator: ",") }
    #expect(
      days == [
        "\"window_start\":1774738800,\"window_end\":1774821600", "\"window_start\":1774821600,\"window_end\":1774908000",
        "\"window_start\":1792879200,\"window_end\":1792969200", "\"window_start\":1792969200,\"window_end\":1793055600",
      ], "\(result.output) \(result.errors)")
  }

  @Test func `sliding windows overlap`() throws {
    #expect(
      try results("sliding: { size: 20s, every: 10s }, key: k") == [
        "a -10 10 2 4.0 0", "b -10 10 1 2.5 0", "a 0 20 3 8.0 0", "b 0 20 1 2.5 0", "a 10 30 1 4.0 0", "b 10 30 1 6.0 0",
        "b 20 40 1 6.0 0", "a 30 50 1 9.0 0", "a 40 60 1 9.0 0",
      ])
  }

  @Test func `cumulating windows begin together`() throws {
    #expect(
      try results("cumulate: { size: 30s, step: 10s }, key: k") == [
        "a 0 10 2 4.0 0", "b 0 10 1 2.5 0", "a 0 20 3 8.0 0", "b 0 20 1 2.5 0", "a 0 30 4 15.0 0", "b 0 30 2 8.5 0",
        "a 30 50 1 9.0 0", "a 30 60 1 9.0 0",
      ])
  }

  @Test func `sessions end with a pause, and late rows join what they touch`() throws {
    #expect(
      try results("session: { gap: 4s }, key: k") == [
        "b 2 6 1 2.5 0", "a 1 8 2 4.0 0", "a 12 16 1 4.0 0", "b 25 29 1 6.0 0", "a 40 44 1 9.0 0",
      ])
    #expect(try late().count == 2)
    #expect(
      try results("session: { gap: 4s }, allowed_lateness: 15s, key: k") == [
        "b 2 6 1 2.5 0", "a 1 8 2 4.0 0", "a 12 16 1 4.0 0", "a 9 16 2 11.0 1", "b 25 29 1 6.0 0", "a 40 44 1 9.0 0",
      ])
  }

  @Test func `count windows take rows as they come, and the last ones may be short`() throws {
    #expect(
      try results("count: 2, key: k") == ["a 1 4 2 4.0 0", "b 2 25 2 8.5 0", "a 9 12 2 11.0 0", "a 3 40 2 19.0 0"])
    #expect(try results("count: 3, key: k") == ["a 1 12 3 8.0 0", "a 3 40 3 26.0 0", "b 2 25 2 8.5 0"])
  }

  @Test func `custom windows are what rows say, and rows outside of theirs are refused`() throws {
    let input = """
      {"ts":5,"k":"a","v":10}
      {"ts":6,"k":"a","v":10}
      {"ts":7,"k":"a","v":5}
      {"ts":8,"k":"a"}

      """
    let result = try run(
      "custom: { start: timestamp(0), end: 'timestamp(int(v))' }, key: k", aggregate: "n: count()", input: input)
    #expect(
      result.output == "{\"k\":\"a\",\"window_start\":0,\"window_end\":10,\"n\":2,\"corrections\":0}\n", "\(result.errors)")
    let dead = try story.text("dead.jsonl")
    #expect(dead.contains("its event time is outside of its window") && dead.contains("its window has no end"), "\(dead)")
  }

  @Test func `late rows correct results within what is allowed`() throws {
    #expect(
      try results("tumbling: 10s, allowed_lateness: 20s, key: k") == [
        "a 0 10 2 4.0 0", "b 0 10 1 2.5 0", "a 10 20 1 4.0 0", "a 0 10 3 11.0 1", "b 20 30 1 6.0 0", "a 40 50 1 9.0 0",
      ])
    #expect(try late().count == 1)
    #expect(
      try results("tumbling: 10s, allowed_lateness: 20s, late: recompute, key: k") == [
        "a 0 10 2 4.0 0", "b 0 10 1 2.5 0", "a 10 20 1 4.0 0", "a 0 10 3 11.0 1", "b 0 10 1 2.5 0", "b 20 30 1 6.0 0",
        "a 40 50 1 9.0 0",
      ])
    #expect(try results("tumbling: 10s, late: drop, key: k").count == 5)
    #expect(try late().count == 2)
  }

  @Test func `the options of a kind are those of a kind`() throws {
    for (options, text) in [
      ("key: k", "one of tumbling, sliding, session, count, cumulate and custom"),
      ("tumbling: 10s, count: 3", "not tumbling and count"),
      ("sliding: { size: 5s, every: 10s }", "`every` is at most `size`"),
      ("cumulate: { size: 25s, step: 10s }", "no multiple of `step`"),
      ("session: { gap: 5s }, offset: 1s", "no bounds to move"),
      ("count: 5, timezone: Europe/Berlin", "no bounds on a clock"),
      ("tumbling: 1d, timezone: Europe/Nowhere", "there is no time zone 'Europe/Nowhere'; write one such as Europe/Berlin"),
      ("tumbling: 1d, timezone: Europe/berlin", "there is no time zone 'Europe/berlin'; did you mean 'Europe/Berlin'?"),
      ("tumbling: 1d, timezone: Erope/Belrin", "did you mean 'Europe/Berlin'?"),
      ("tumbling: 1d, timezone: America/New York", "did you mean 'America/New_York'?"),
      ("tumbling: 1d, timezone: kathmandu", "did you mean 'Asia/Kathmandu'?"),
      ("tumbling: 1d, timezone: CXT", "there is no time zone 'CXT'; write one such as Europe/Berlin"),
      ("count: 5, allowed_lateness: 1s", "no row is late for a window of `count` rows: leave `allowed_lateness` out"),
      ("count: 5, late: recompute", "no row is late for a window of `count` rows: leave `late` out"),
      ("tumbling: 10s, time: processing, allowed_lateness: 1s", "with `time: processing` no row is late"),
      ("tumbling: 10s, time: processing, late: recompute", "no row is late: leave `late` out"),
      ("tumbling: 10s, late: drop, allowed_lateness: 5s", "with `late: drop` windows take no late rows"),
      ("sliding: { size: 366d, every: 1us }", "write a longer `every`"),
      ("custom: { start: at }", "needs 'end'; write end: \"ts + duration('1h')\""),
      ("tumbling: 106752d", "it is too long: the most is 106751d"),
      ("tumbling: -5s", "no duration is negative: write 5s"),
      ("tumbling: 10s, late: recompute", "`late: recompute` is about rows within `allowed_lateness`, and there is none"),
    ] {
      let result = try run(options, command: "validate")
      #expect(result.exitCode == 78 && result.errors.contains(text), "\(options): \(result.errors)")
    }
  }
}
