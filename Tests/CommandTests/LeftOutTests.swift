import TestSupport
import Testing

/// Values that aggregates cannot take, in whole pipelines: a word in the log, a number in the books.
struct LeftOutTests {
  private let story: Story

  init() throws { story = try Story() }

  private static let input = """
    {"ts":1,"v":0,"w":"x"}
    {"ts":2,"v":2,"w":3}
    {"ts":3,"v":0,"w":"y"}
    {"ts":4,"v":1,"w":{"of":4}}

    """

  private func run(_ operation: String, _ aggregate: String) throws -> Tidemill.Result {
    try run("\(operation), aggregate: { \(aggregate) } }")
  }

  private func run(_ operation: String) throws -> Tidemill.Result {
    try story.file(
      "p.yaml",
      """
      name: p
      sources:
        s: { use: stdin, with: { format: json, time: ts, time_unit: s }, watermark: { delay: 2s } }
      operators:
        op: { use: \(operation) }
      sinks:
        out: { use: stdout, from: op, with: { time_format: s } }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """)
    return try story.run("run", "p.yaml", "--dev", "--books", "books.json", input: Self.input)
  }

  @Test(arguments: ["window, from: s, with: { tumbling: 10s", "aggregate, from: s, with: { emit: watermark"])
  func `the log says once of each aggregate what it leaves out, and the books how often`(operation: String) throws {
    let result = try run(operation, "n: count(w), sum: sum(w), low: min(w), high: max(v / 0.0), least: min(v / 0.0)")
    #expect(result.exitCode == 0 && result.errors.contains("the books hold to the row"), "\(result.errors)")
    let lines = result.errors.split(separator: "\n")
    for warning in [
      "'sum' leaves out values of 'w' that 'sum' cannot take: it takes numbers; of texts that hold numbers, double(w) makes some",
      "'low' leaves out values of 'w' that 'min' cannot take: it takes numbers, texts, times and truths, no objects or lists; "
        + "name a field of the object",
      "'high' leaves out NaN, which 'max' has no place for", "'least' leaves out NaN, which 'min' has no place for",
    ] {
      let line = "warning: [op] \(warning); the books count such values"
      #expect(lines.count { $0 == line } == 1, "\(warning)\n\(result.errors)")
    }
    // Three by the sum, one by the least of `w`, two by each of the others.
    #expect(lines.contains("op: results leave out 8 values that they cannot take"), "\(result.errors)")
    let books = try story.text("books.json")
    #expect(books.contains("\"expression_errors\":0,\"left_out\":8,\"restarts\":0"), "\(books)")
    #expect(result.output.contains("\"n\":4"), "\(result.output)")
  }

  @Test(arguments: [
    (
      "moving, from: s, with: { count: 2, set: { n: count(w), mean: avg(w), high: max(w), low: min(v / 0.0) } }", 8,
      [
        "'mean', 'high' leave out values of 'w' that are no numbers of 64 bits; of texts that hold numbers, double(w) makes some",
        "'low' leaves out values of 'v / 0.0' that are NaN",
      ]
    ),
    (
      "moving, from: s, with: { count: 2, set: { sum: { fn: sum(w), filter: ts == timestamp(1) } } }", 1,
      ["'sum' leaves out values of 'w' that are no numbers of 64 bits; of texts that hold numbers, double(w) makes some"]
    ),
    (
      "rate, from: s, with: { set: { step: delta(w), speed: rate(v / 0.0) } }", 7,
      [
        "'step' leaves out values of 'w' that are no numbers of 64 bits; of texts that hold numbers, double(w) makes some",
        "'speed' leaves out values of 'v / 0.0' that are NaN or infinite",
      ]
    ),
  ])
  func `statistics that go along tell of theirs`(operation: String, count: Int, warnings: [String]) throws {
    let result = try run(operation)
    #expect(result.exitCode == 0 && result.errors.contains("the books hold to the row"), "\(result.errors)")
    let lines = result.errors.split(separator: "\n")
    for warning in warnings {
      let line = "warning: [op] \(warning); the books count such values"
      #expect(lines.count { $0 == line } == 1, "\(warning)\n\(result.errors)")
    }
    let values = count == 1 ? "value" : "values"
    #expect(lines.contains { $0.hasPrefix("op: results leave out \(count) \(values) that") }, "\(result.errors)")
    #expect(try story.text("books.json").contains("\"left_out\":\(count),"))
    // Values of any type count.
    if operation.contains("n: count(w)") {
      #expect(result.output.count { $0 == "\n" } == 4 && result.output.contains("\"n\":2"))
    }
  }

  @Test func `where every value is taken the books say nothing of it`() throws {
    let result = try run("window, from: s, with: { tumbling: 10s", "n: count(w), sum: sum(v), all: list(v)")
    #expect(result.exitCode == 0 && !result.errors.contains("leave"), "\(result.errors)")
    let books = try story.text("books.json")
    let counts = books.split(separator: "\"left_out\":").dropFirst()
    #expect(counts.count == 4 && counts.allSatisfy { $0.hasPrefix("0,") }, "\(books)")
  }
}
