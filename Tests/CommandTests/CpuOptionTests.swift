import TestSupport
import Testing

/// How many CPUs the planner counts on, and what it says and does with them.
struct CpuOptionTests {
  private static let pipeline = """
    name: lines
    sources: { ev: { use: file, with: { path: in.jsonl, format: json } } }
    operators: { hot: { use: filter, from: ev, with: { where: "value > 50" } } }
    sinks: { out: { use: file, from: hot, with: { path: out.jsonl, format: json } } }

    """

  @Test func `plan says how many lanes a source gets, and why`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.pipeline)
    let one = try story.run("plan", "pipeline.yaml", "--cpus", "1").output
    #expect(one.contains("1 lane: 1 CPU, and 1 thread for them"), "\(one)")
    #expect(!one.contains("threads decode"))
    let many = try story.run("plan", "pipeline.yaml", environment: ["TIDEMILL_CPUS": "3"]).output
    let hasAnswer =
      many.contains("3 lanes: 3 CPUs, 1 thread without lanes; a row takes about")
      && many.contains("3 threads decode its records once there is much to do")
    #expect(
      hasAnswer || many.contains("1 lane: no second core answered in time") || many.contains("too much beside"), "\(many)")
  }

  @Test func `a number that cannot be is refused`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.pipeline)
    for wrong in ["0", "-1", "two", "100000"] {
      let result = try story.run("plan", "pipeline.yaml", "--cpus=\(wrong)")
      #expect(result.exitCode == 2 && result.errors.contains("--cpus"), "\(wrong): \(result.errors)")
    }
    let result = try story.run("run", "pipeline.yaml", environment: ["TIDEMILL_CPUS": "all"])
    #expect(result.exitCode == 2 && result.errors.contains("TIDEMILL_CPUS"), "\(result.errors)")
  }

  @Test func `the number of CPUs changes nothing in what is written`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.pipeline)
    try story.file(
      "in.jsonl", (0..<200_000).map { "{\"n\":\($0),\"value\":\($0 * 7919 % 101),\"text\":\"row \($0)\"}\n" }.joined())
    var first: String?
    for cpus in ["1", "2", "4"] {
      let result = try story.run("run", "pipeline.yaml", "--cpus", cpus)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(result.errors.contains("the books hold to the row"), "\(result.errors)")
      let written = try story.text("out.jsonl")
      #expect(first == nil || written == first, "\(cpus) CPUs give something else")
      first = written
    }
    #expect(first?.utf8.count(where: { $0 == UInt8(ascii: "\n") }) == (0..<200_000).count { $0 * 7919 % 101 > 50 })
  }
}
