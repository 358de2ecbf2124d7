import TestSupport
import Testing

struct GenerateTests {
  static let start = ["--start", "2026-01-01T00:00:00Z"]

  @Test(arguments: ["sensors", "actions", "metrics"])
  func `the same seed gives the same events, another seed others`(kind: String) throws {
    let arguments = ["generate", "--kind", kind, "--count", "200"] + Self.start
    let first = try Tidemill.run(arguments + ["--seed", "7"])
    let again = try Tidemill.run(arguments + ["--seed", "7"])
    let other = try Tidemill.run(arguments + ["--seed", "8"])
    #expect(first.exitCode == 0, "\(first.errors)")
    #expect(first.errors.isEmpty)
    #expect(first.output.split(separator: "\n").count == 200)
    #expect(first.output == again.output)
    #expect(first.output != other.output)
    #expect(first.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
  }

  @Test func `a file gets what standard output would`() throws {
    let story = try Story()
    let printed = try story.run("generate", "--count", "50", "--start", "2026-01-01T00:00:00Z")
    let written = try story.run("generate", "--count", "50", "--start", "2026-01-01T00:00:00Z", "-o", "events.jsonl")
    #expect(written.exitCode == 0)
    #expect(written.output.isEmpty)
    #expect(try story.text("events.jsonl") == printed.output)
  }

  @Test func `a duration at a rate gives rate times duration events`() throws {
    let result = try Tidemill.run(["generate", "--rate", "100", "--duration", "3s"] + Self.start)
    #expect(result.output.split(separator: "\n").count == 300)
  }

  @Test func `a load pattern changes when events come, not how many`() throws {
    let arguments = ["generate", "--rate", "50", "--count", "5000", "--seed", "3"] + Self.start
    let outputs = try ["steady", "ramp", "spike", "wave"].map { try Tidemill.run(arguments + ["--load", $0]).output }
    for output in outputs { #expect(output.split(separator: "\n").count == 5000) }
    #expect(Set(outputs).count == 4)
  }

  @Test func `a value that an option cannot have is wrong usage`() throws {
    for arguments in [["--kind", "weather"], ["--count", "many"], ["--set", "novalue"], ["--set", "nosuch=1"]] {
      let result = try Tidemill.run(["generate", "--duration", "1s"] + arguments)
      #expect(result.exitCode == 2, "\(arguments): \(result.errors)")
      #expect(result.output.isEmpty)
    }
  }
}
