import TestSupport
import Testing

/// Exit codes: 0 ok, 1 failed, 2 wrong usage, 78 bad configuration.
struct ExitCodeTests {
  @Test func `a pipeline that ran to its end is 0, with data alone on standard output`() throws {
    let story = try Story()
    try story.file("input.jsonl", Story.readingsInput)
    try story.file("pipeline.yaml", Story.readings)
    let result = try story.run("run", "pipeline.yaml", "--books", "books.json")
    #expect(result.exitCode == 0)
    #expect(result.output == Story.readingsOutput)
    #expect(result.errors.contains("the books hold to the row"))
    #expect(try story.text("books.json").contains("\"balanced\":true"))
    let dead = try story.text("dead.jsonl")
    #expect(dead.contains("\"node\":\"all\"") && dead.contains("\"offset\":85"))
  }

  @Test func `wrong usage is 2, with the nearest word and nothing on standard output`() throws {
    let story = try Story()
    for arguments in [["run"], ["run", "--bogus", "x"], ["generate", "--kind"], ["completions", "tcsh"], ["nonsense"]] {
      let result = try Tidemill.run(arguments)
      #expect(result.exitCode == 2, "\(arguments): \(result.errors)")
      #expect(result.output.isEmpty)
      #expect(!result.errors.isEmpty)
    }
    #expect(try story.run("run", "--boks", "x").errors.contains("--books"))
  }

  @Test func `a manifest that cannot be read is 78, and is named`() throws {
    let story = try Story()
    let result = try story.run("run", "absent.yaml")
    #expect(result.exitCode == 78)
    #expect(result.errors.hasPrefix("absent.yaml:1:1: "))
  }

  @Test func `a manifest with a mistake is 78, and nothing runs`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.readings.replacing("threshold", with: "treshold"))
    let result = try story.run("run", "pipeline.yaml")
    #expect(result.exitCode == 78)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("pipeline.yaml:8:16: "))
    #expect(result.errors.contains("threshold"))
  }

  @Test func `an input that is not there fails with its node and path`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.readings)
    let result = try story.run("run", "pipeline.yaml")
    #expect(result.exitCode == 1)
    #expect(result.errors.contains("all"))
    #expect(result.errors.contains("input.jsonl"))
  }

  @Test func `a manifest can come from standard input`() throws {
    let story = try Story()
    try story.file("input.jsonl", Story.readingsInput)
    let result = try story.run("run", "-", input: Story.readings)
    #expect(result.exitCode == 0)
    #expect(result.output == Story.readingsOutput)
  }

  @Test func `help and version are data, and 0`() throws {
    for arguments in [["--help"], ["help", "run"], ["version"], ["plugin", "--help"]] {
      let result = try Tidemill.run(arguments)
      #expect(result.exitCode == 0)
      #expect(!result.output.isEmpty)
      #expect(result.errors.isEmpty)
    }
    let version = try Tidemill.run(["version"]).output
    let short = try Tidemill.run(["version", "--short"]).output
    #expect(version.hasPrefix("tidemill \(short.dropLast()), plugin interface 1."))
  }
}
