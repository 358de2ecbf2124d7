import Glibc
import TestSupport
import Testing

/// What the sink `file` leaves on the disk when a whole pipeline runs.
struct FileSinkTests {
  private func pipeline(_ options: String, count: Int = 2000) -> String {
    """
    name: save
    sources:
      readings: { use: generate, with: { kind: sensors, count: \(count), paced: false, seed: 3 } }
    sinks:
      out: { use: file, from: readings, with: { path: out, \(options) } }
      all: { use: stdout, from: readings }

    """
  }

  /// The full files in their order, then the one that was written last.
  private func written(_ story: Story) throws -> [String] {
    try (Files.names(story.directory.path).filter { $0.hasPrefix("out.") } + ["out"]).map { try story.text($0) }
  }

  @Test func `rotated files hold every row once, whole and in order`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", pipeline("rotate_size: 100KiB, fsync: rotate"))
    let result = try story.run("run", "pipeline.yaml")
    #expect(result.exitCode == 0, "\(result.errors)")
    let files = try written(story)
    #expect(files.count > 1)
    #expect(files.allSatisfy { $0.hasSuffix("\n") })
    #expect(files.joined() == result.output)
  }

  @Test func `each rotated file of csv has the header row, one that is appended to has it once`() throws {
    let story = try Story()
    let options = "format: csv, columns: [source, value], rotate_size: 20KiB, append: true"
    try story.file("pipeline.yaml", pipeline(options))
    for _ in 0..<2 { #expect(try story.run("run", "pipeline.yaml").exitCode == 0) }
    let files = try written(story)
    #expect(files.count > 2)
    var rows = 0
    for text in files {
      let lines = text.split(separator: "\n")
      #expect(lines.first == "source,value")
      #expect(lines.dropFirst().allSatisfy { $0 != "source,value" })
      rows += lines.count - 1
    }
    #expect(rows == 4000)
  }

  @Test func `rows that wait are written within the delay while the input goes on`() throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      """
      name: wait
      sources:
        lines: { use: stdin, with: { format: text } }
      sinks:
        out: { use: file, from: lines, with: { path: out, format: text, delay: 20ms } }

      """)
    let child = try story.start("run", "pipeline.yaml", input: .pipe)
    child.send("one\ntwo\n")
    #expect(repeats({}, until: { (try? story.text("out")) == "one\ntwo\n" }))
    child.closeInput()
    #expect(try child.finish() == .exit(0))
  }
}
