import TestSupport
import Testing

/// Data on standard output, everything else on standard error, in the form that was asked for.
struct OutputTests {
  @Test func `log lines are text, JSON or logfmt, by option or environment, and never among the data`() throws {
    let story = try Story()
    try story.file("input.jsonl", Story.readingsInput)
    try story.file("pipeline.yaml", Story.readings)
    let forms: [(String, (Substring) -> Bool)] = [
      ("text", { $0.hasPrefix("warning: [all] ") }),
      (
        "json", { $0.hasPrefix("{\"time\":\"20") && $0.contains("\"level\":\"warning\",\"node\":\"all\"") && $0.hasSuffix("}") }
      ),
      ("logfmt", { $0.hasPrefix("time=20") && $0.contains(" level=warning node=\"all\" msg=") }),
    ]
    for (form, fits) in forms {
      let option = try story.run("run", "pipeline.yaml", "--log-format", form, "--quiet")
      let twin = try story.run("run", "pipeline.yaml", "--quiet", environment: ["TIDEMILL_LOG_FORMAT": form])
      for result in [option, twin] {
        #expect(result.output == Story.readingsOutput)
        #expect(result.errors.split(separator: "\n").contains(where: fits), "\(form):\n\(result.errors)")
      }
    }
  }

  @Test func `the log level leaves out what is below it`() throws {
    let story = try Story()
    try story.file("input.jsonl", Story.readingsInput)
    try story.file("pipeline.yaml", Story.readings)
    let quiet = try story.run("run", "pipeline.yaml", "--log-level", "error", "--quiet")
    #expect(quiet.errors.isEmpty)
    let twin = try story.run("run", "pipeline.yaml", environment: ["TIDEMILL_LOG_LEVEL": "error", "TIDEMILL_QUIET": "true"])
    #expect(twin.errors.isEmpty)
    #expect(try story.run("run", "pipeline.yaml", "--log-level", "loud").exitCode == 2)
    #expect(try story.run("run", "pipeline.yaml", environment: ["TIDEMILL_LOG_FORMAT": "xml"]).exitCode == 2)
  }

  @Test func `colours come on demand and stay away otherwise`() throws {
    let story = try Story()
    try story.file("input.jsonl", Story.readingsInput)
    try story.file("pipeline.yaml", Story.readings)
    #expect(try story.run("run", "pipeline.yaml", "--color", "always").errors.contains("\u{1b}["))
    #expect(try story.run("run", "pipeline.yaml", environment: ["TIDEMILL_COLOR": "always"]).errors.contains("\u{1b}["))
    #expect(try !story.run("run", "pipeline.yaml").errors.contains("\u{1b}["))
  }

  @Test func `books go to a file, balanced, by option or environment`() throws {
    let story = try Story()
    try story.file("input.jsonl", Story.readingsInput)
    try story.file("pipeline.yaml", Story.readings)
    let result = try story.run("run", "pipeline.yaml", "--quiet", environment: ["TIDEMILL_BOOKS": "books.json"])
    #expect(result.exitCode == 0)
    let books = try story.text("books.json")
    #expect(books.contains("\"rows_read\":4"))
    #expect(books.contains("{\"name\":\"high\",\"in\":3,\"taken\":3,"))
    #expect(books.contains("\"balanced\":true"))
    let refused = try story.run("run", "pipeline.yaml", "--books", "no/such/directory/books.json")
    #expect(refused.exitCode == 1)
    #expect(refused.errors.contains("no/such/directory/books.json"))
  }

  @Test func `a pipe that is closed early ends the run soon`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.endless)
    let child = try story.start("run", "pipeline.yaml")
    try child.wait { $0.output.contains(UInt8(ascii: "\n")) }
    child.closeOutput()
    #expect(try child.finish() == .exit(1))
    #expect(child.errorText.contains("the reader is gone"))
  }

  @Test func `it runs from any directory, and paths are relative to that one`() throws {
    let story = try Story()
    let elsewhere = try story.directory.directory("elsewhere")
    try story.file("elsewhere/input.jsonl", Story.readingsInput)
    try story.file("pipeline.yaml", Story.readings)
    let result = try Tidemill.run(["run", "../pipeline.yaml"], in: elsewhere)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.output == Story.readingsOutput)
    #expect(Files.exists(elsewhere + "/dead.jsonl"))
  }
}
