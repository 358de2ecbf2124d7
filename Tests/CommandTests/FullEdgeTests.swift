import TestSupport
import Testing

/// What a person sees of an edge that drops rows: in the plan, in the books, and where it cannot be.
struct FullEdgeTests {
  private static func pipeline(_ policy: String, delivery: String = "") -> String {
    """
    name: overload
    \(delivery)sources:
      events: { use: generate, with: { paced: false, count: 200000, seed: 1 } }
    operators:
      high: { use: threshold, from: events, with: { field: value, above: -1000000 }, buffer: { frames: 4, \(policy) } }
    sinks:
      out: { use: file, from: high, with: { path: out.jsonl } }

    """
  }

  @Test func `plan names the policy and what depends on arrival`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.pipeline("when_full: adaptive, target: 250ms, then: sample, sample_by: key"))
    let result = try story.run("plan", "pipeline.yaml")
    #expect(result.exitCode == 0)
    let edge = try #require(result.output.split(separator: "\n").first { $0.hasPrefix("events -> high") })
    #expect(edge.contains("ring, arrival  4 frames or 4 MiB, adaptive to 250 ms, then sample by key"), "\(edge)")
    #expect(result.output.components(separatedBy: "results depend on arrival").count == 3, "\(result.output)")
    try story.file("pipeline.yaml", Self.pipeline("when_full: block"))
    #expect(try !story.run("plan", "pipeline.yaml").output.contains("arrival"))
  }

  @Test(arguments: ["drop_oldest", "drop_newest", "sample"])
  func `what is dropped stands in the books, and everything else in the output`(policy: String) throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.pipeline("when_full: \(policy)"))
    let result = try story.run("run", "pipeline.yaml", "--books", "books.json")
    #expect(result.exitCode == 0)
    #expect(result.errors.contains("events.out -> high: dropped "), "\(result.errors)")
    #expect(result.errors.contains("the books hold to the row"))
    let books = try story.text("books.json")
    let edge = try #require(books.components(separatedBy: "{\"name\":\"events.out -> high\",").last)
    #expect(edge.hasPrefix("\"pushed\":200000,"))
    #expect(edge.contains("\"when_full\":\"\(policy)"))
    #expect(edge.contains("\"dropped_percent\":"))
    #expect(edge.contains("\"least_share\":") == (policy == "sample"), "\(edge)")
    func number(_ key: String) -> Int? {
      edge.components(separatedBy: "\"\(key)\":").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) }
    }
    let popped = try #require(number("popped")), dropped = try #require(number("dropped"))
    #expect(popped + dropped == 200_000)
    #expect(dropped > 0)
    #expect(try story.text("out.jsonl").split(separator: "\n").count == popped)
  }

  @Test func `a promise to lose nothing is held against an edge that drops`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.pipeline("when_full: drop_oldest", delivery: "delivery: at_least_once\n"))
    let result = try story.run("validate", "pipeline.yaml")
    #expect(result.exitCode == 78)
    #expect(result.errors.contains("pipeline.yaml:2:11: 'delivery: at_least_once' is not built yet"))
    #expect(
      result.errors.contains(
        "the edge 'events -> high' drops rows when it is full (drop_oldest), but line 2 asks for delivery: at_least_once"))
  }
}
