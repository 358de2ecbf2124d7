import Glibc
import TestSupport
import Testing

/// A run that follows files which other programs write, rotate and cut.
struct FollowTests {
  private static let follow = """
    name: follow
    sources:
      lines: { use: file, with: { path: "log", format: text, follow: true } }
    sinks:
      out: { use: stdout, from: lines, with: { format: text } }

    """

  @Test func `lines that another program appends and rotates are shown once, and a signal ends the run`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.follow)
    try story.file("log", "line 0\n")
    let child = try story.start("run", "pipeline.yaml", "--books", "books.json")
    try child.wait { $0.outputText == "line 0\n" }
    let script = """
      for i in $(seq 1 2000); do
        echo "line $i" >> log
        case $i in *00) mv log log.$i;; esac
      done
      """
    let writer = try Child("sh", ["-c", script], in: story.directory.path)
    #expect(try writer.finish() == .exit(0))
    let expected = (0...2000).map { "line \($0)\n" }.joined()
    try child.wait { $0.output.count >= expected.utf8.count }
    child.signal(SIGINT)
    #expect(try child.finish() == .exit(0))
    #expect(child.outputText == expected)
    #expect(try story.text("books.json").contains("\"balanced\":true"))
  }

  @Test func `files that take each other's place while one is looked for are read in the order in which they came`() throws {
    for round in 0..<5 {
      let story = try Story()
      try story.file("pipeline.yaml", Self.follow)
      try story.file("log", "line 0\n")
      let child = try story.start("run", "pipeline.yaml")
      try child.wait { $0.outputText == "line 0\n" }
      var expected = "line 0\n"
      let log = story.directory.path + "/log"
      for rotation in 0..<40 {
        let file = try #require(fopen(log, "a"))
        for line in 1...20 {
          let text = "line \(rotation * 20 + line)\n"
          #expect(fputs(text, file) >= 0 && fflush(file) == 0)
          expected += text
        }
        #expect(fclose(file) == 0 && rename(log, "\(log).\(rotation)") == 0)
      }
      try child.wait { $0.output.count >= expected.utf8.count }
      child.signal(SIGINT)
      #expect(try child.finish() == .exit(0))
      #expect(child.outputText == expected, "round \(round)")
    }
  }

  @Test func `a truncated file is told of, and a run that waits takes next to no time`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.follow)
    try story.file("log", "one\n")
    let child = try story.start("run", "pipeline.yaml")
    try child.wait { $0.outputText == "one\n" }
    let writer = try Child("sh", ["-c", ": > log; echo two >> log"], in: story.directory.path)
    #expect(try writer.finish() == .exit(0))
    try child.wait { $0.outputText == "one\ntwo\n" }
    child.signal(SIGTERM)
    #expect(try child.finish() == .exit(0))
    #expect(child.errorText.contains("log: was truncated, reading it from its start"))
  }

  @Test func `csv that is followed from its end has the names of its first row, also after a rotation`() throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      """
      name: table
      sources:
        rows: { use: file, with: { path: table.csv, format: csv, fields: { n: int }, follow: true, start: end } }
      sinks:
        out: { use: stdout, from: rows }

      """)
    try story.file("table.csv", "n,word\n1,old\n2,older\n3,ha")
    let child = try story.start("run", "pipeline.yaml")
    try child.waitForErrors { $0.contains("table: 2 nodes") }
    let first = try Child("sh", ["-c", "echo lf >> table.csv"], in: story.directory.path)
    #expect(try first.finish() == .exit(0))
    try child.wait { $0.outputText == "{\"n\":3,\"word\":\"half\"}\n" }
    let second = try Child(
      "sh", ["-c", "mv table.csv table.1; printf 'word,n\\nnew,4\\n' > table.csv"], in: story.directory.path)
    #expect(try second.finish() == .exit(0))
    try child.wait { $0.outputText.hasSuffix("\"n\":4}\n") || $0.outputText.hasSuffix("\"word\":\"new\"}\n") }
    child.signal(SIGINT)
    #expect(try child.finish() == .exit(0), "\(child.errorText)")
  }
}
