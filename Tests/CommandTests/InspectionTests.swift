import TestSupport
import Testing

/// What can be seen of a pipeline without running it.
struct InspectionTests {
  @Test func `plan shows threads, columns, edges and the bytes of buffers`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.readings)
    let result = try story.run("plan", "pipeline.yaml", "--cpus", "1")
    #expect(result.exitCode == 0)
    for line in [
      "pipeline readings: 4 nodes, 3 threads", "thread 1: all -> high", "value: double", "buffers hold 198.3 MiB at most",
    ] {
      #expect(result.output.contains(line), "no '\(line)' in\n\(result.output)")
    }
  }

  @Test func `graph draws text, Mermaid and Graphviz`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.readings)
    let text = try story.run("graph", "pipeline.yaml").output
    #expect(text.contains("source") && text.contains("-> high"))
    let mermaid = try story.run("graph", "pipeline.yaml", "--format", "mermaid").output
    #expect(mermaid.hasPrefix("flowchart"))
    #expect(mermaid.contains("threshold"))
    let dot = try story.run("graph", "pipeline.yaml", "--format", "dot").output
    #expect(dot.hasPrefix("digraph") && dot.contains("->"))
    #expect(try story.run("graph", "pipeline.yaml", "--format", "png").exitCode == 2)
    #expect(try story.run("graph", "absent.yaml").exitCode == 78)
  }

  @Test func `schema writes the fields of records, and what it writes validates`() throws {
    let story = try Story()
    try story.file(
      "input.jsonl",
      """
      {"at":"2026-01-01T00:00:01Z","name":"a","value":1.5,"count":3,"ok":true}
      {"at":"2026-01-01T00:00:02Z","name":"b","value":2.5,"count":4,"ok":false,"more":[1]}

      """)
    try story.acceptsSchema(
      of: "input.jsonl", ["time: at", "name: string", "value: double", "count: int", "ok: bool", "more: variant"])
  }

  @Test func `schema of something that is no records says so`() throws {
    let story = try Story()
    try story.file("input.txt", "hello\nworld\n")
    let result = try story.run("schema", "input.txt")
    #expect(result.exitCode == 1)
    #expect(result.errors.contains("input.txt"))
    #expect(try story.run("schema", "absent.jsonl").exitCode == 1)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completions know every subcommand`(shell: String) throws {
    let result = try Tidemill.run(["completions", shell])
    #expect(result.exitCode == 0)
    for word in ["run", "validate", "plan", "graph", "schema", "generate", "plugin", "drain-timeout"] {
      #expect(result.output.contains(word), "no '\(word)' for \(shell)")
    }
    if shell == "bash" {
      let directory = try TemporaryDirectory()
      let file = try directory.write("completion", result.output)
      #expect(try Child("bash", ["-n", file]).finish() == .exit(0))
    }
  }
}
