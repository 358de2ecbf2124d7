import Glibc
import TestSupport
import Testing

/// How a run is stopped from outside.
struct StopTests {
  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal ends the input, what was read goes through, and the run is a success`(signal: Int32) throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.echo)
    let child = try story.start("run", "pipeline.yaml", "--books", "books.json", input: .pipe)
    child.send("one\ntwo\n")
    try child.wait { $0.outputText == "one\ntwo\n" }
    child.send("three\n")
    try child.wait { $0.outputText.contains("three") }
    child.signal(signal)
    #expect(try child.finish() == .exit(0))
    #expect(child.outputText == "one\ntwo\nthree\n")
    #expect(child.errorText.contains("a second signal stops at once"))
    #expect(try story.text("books.json").contains("\"balanced\":true"))
  }

  /// The reader of standard output does not read: the drain cannot end.
  private func stuck(_ story: Story, _ arguments: String...) throws -> Child {
    try story.file("pipeline.yaml", Story.endless)
    let child = try Tidemill.start(["run", "pipeline.yaml"] + arguments, in: story.directory.path)
    try child.wait { !$0.output.isEmpty }
    return child
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a second signal stops at once, with 128 and its number`(signal: Int32) throws {
    let story = try Story()
    let child = try stuck(story)
    child.signal(signal)
    try child.waitForErrors { $0.contains("a second signal stops at once") }
    child.signal(signal)
    #expect(try child.waitForEnd() == .exit(128 + signal))
  }

  @Test func `a drain that takes longer than its limit is cut off`() throws {
    let story = try Story()
    let child = try stuck(story, "--drain-timeout", "200ms")
    child.signal(SIGINT)
    #expect(try child.waitForEnd() == .exit(130))
    #expect(child.errorText.contains("longer than its limit"))
  }

  @Test func `a drain limit that is no duration is wrong usage`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.endless)
    #expect(try story.run("run", "pipeline.yaml", "--drain-timeout", "soon").exitCode == 2)
    #expect(try story.run("run", "pipeline.yaml", environment: ["TIDEMILL_DRAIN_TIMEOUT": "soon"]).exitCode == 2)
  }

  @Test func `the end of standard input is the end of the run`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.echo)
    let result = try story.run("run", "pipeline.yaml", input: "a\nb\nlast without newline")
    #expect(result.exitCode == 0)
    #expect(result.output == "a\nb\nlast without newline\n")
  }
}
