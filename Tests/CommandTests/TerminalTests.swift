import Glibc
import TestSupport
import Testing

/// Progress is for people: on a terminal, and nowhere else.
struct TerminalTests {
  @Test func `a terminal shows the rates of every node while it runs, and is left clean`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.echo)
    let terminal = try Terminal()
    let child = try story.start("run", "pipeline.yaml", input: .pipe, terminal: terminal)
    child.send("hello\n")
    let seen = try child.awaitTerminal(terminal) { $0.contains("rows/s") && $0.contains("lines") && $0.contains("\u{1b}[") }
    child.closeInput()
    #expect(try child.finish() == .exit(0))
    let rest = terminal.read()
    #expect(child.outputText == "hello\n")
    #expect(seen.contains("queued"))
    #expect((seen + rest).contains("the books hold to the row"))
    let afterDisplay = String((seen + rest).components(afterLast: "\u{1b}[J"))
    #expect(!afterDisplay.contains("rows/s"), "the display is still on the screen")
  }

  @Test func `NO_COLOR and --color keep a terminal plain`() throws {
    let story = try Story()
    try story.file("input.jsonl", Story.readingsInput)
    try story.file("pipeline.yaml", Story.readings)
    func screen(_ more: [String], _ environment: [String: String?]) throws -> String {
      let terminal = try Terminal()
      let child = try Tidemill.start(
        ["run", "pipeline.yaml", "--progress", "never"] + more, in: story.directory.path, environment: environment,
        terminal: terminal)
      #expect(try child.finish() == .exit(0))
      return terminal.read()
    }
    #expect(try screen([], [:]).contains("\u{1b}["))
    #expect(try !screen([], ["NO_COLOR": "1"]).contains("\u{1b}["))
    #expect(try !screen(["--color", "never"], [:]).contains("\u{1b}["))
  }

  @Test func `a pipe sees no progress unless it is asked for`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.echo)
    let quiet = try story.run("run", "pipeline.yaml", input: "hello\n")
    #expect(!quiet.errors.contains("rows/s"))
    #expect(!quiet.errors.contains("\u{1b}["))
    let child = try story.start("run", "pipeline.yaml", "--progress", "always", input: .pipe)
    child.send("hello\n")
    try child.waitForErrors { $0.contains("rows/s") }
    child.closeInput()
    #expect(try child.finish() == .exit(0))
  }
}

extension String {
  /// What follows the last place where `mark` stands; all of it when it does not.
  func components(afterLast mark: String) -> Substring {
    var rest = self[...]
    while let range = rest.firstRange(of: mark) { rest = rest[range.upperBound...] }
    return rest
  }
}
