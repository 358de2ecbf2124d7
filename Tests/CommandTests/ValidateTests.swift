import TestSupport
import Testing

struct ValidateTests {
  @Test func `every problem is reported at once, each with line, column and the nearest word`() throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      """
      name: wrong
      sources:
        all: { use: file, with: { pth: input.jsonl } }
      operators:
        high: { use: treshold, from: al, with: { field: value, above: 10 } }
        low: { use: threshold, from: all, with: { field: value, below: ten } }
      sinks:
        out: { use: stdout, form: high }
      nonsense: 1

      """)
    let result = try story.run("validate", "pipeline.yaml")
    #expect(result.exitCode == 78)
    #expect(result.output.isEmpty)
    let places = ["3:29", "5:16", "5:32", "6:66", "8:23", "9:1"]
    for place in places {
      #expect(result.errors.contains("pipeline.yaml:\(place): "), "\(place) is missing in\n\(result.errors)")
    }
    for word in ["path", "threshold", "all", "from"] {
      #expect(result.errors.contains("'\(word)'"), "no word on '\(word)' in\n\(result.errors)")
    }
  }

  @Test func `a good manifest is ok, and a warning counts when warnings are denied`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.readings)
    let good = try story.run("validate", "pipeline.yaml", "--deny-warnings")
    #expect(good.exitCode == 0)
    #expect(good.output == "pipeline.yaml: ok\n")

    try story.file("input.jsonl", Story.readingsInput)
    let warned = try story.run("validate", "pipeline.yaml", "--sample", "input.jsonl")
    #expect(warned.exitCode == 0)
    #expect(warned.output.contains("warning"))
    #expect(warned.errors.contains("1 of 4 records"))
    let denied = try story.run("validate", "pipeline.yaml", "--sample", "input.jsonl", "--deny-warnings")
    #expect(denied.exitCode == 78)
    let twin = try story.run(
      "validate", "pipeline.yaml", "--sample", "input.jsonl", environment: ["TIDEMILL_DENY_WARNINGS": "1"])
    #expect(twin.exitCode == 78)
  }

  @Test func `a sample tells a field that is not there`() throws {
    let story = try Story()
    try story.file("input.jsonl", Story.readingsInput)
    try story.file("pipeline.yaml", Story.readings.replacing("value: double", with: "valeu: double"))
    let result = try story.run("validate", "pipeline.yaml", "--sample", "input.jsonl")
    #expect(result.errors.contains("'valeu'"))
  }

  @Test func `memory that the queues cannot keep to is refused, with what they need`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.readings + "max_memory: 1MiB\n")
    let result = try story.run("validate", "pipeline.yaml")
    #expect(result.exitCode == 78)
    #expect(result.errors.contains("pipeline.yaml:12:13: max_memory: "))
    let advice = try #require(result.errors.components(separatedBy: "write max_memory: ").dropFirst().first)
    let enough = String(advice.prefix { $0 != " " })
    try story.file("pipeline.yaml", Story.readings + "max_memory: \(enough)\n")
    #expect(try story.run("validate", "pipeline.yaml").exitCode == 0, "\(enough)")
    try story.file("pipeline.yaml", Story.readings + "max_memory: 64MiB\n")
    #expect(try story.run("validate", "pipeline.yaml").exitCode == 0)
  }

  @Test func `a manifest that is not UTF-8, and one that is a directory, are refused`() throws {
    let story = try Story()
    try story.directory.write("latin.yaml", Array("name: caf".utf8) + [0xE9, 0x0A])
    let latin = try story.run("validate", "latin.yaml")
    #expect(latin.exitCode == 78)
    #expect(latin.errors.hasPrefix("latin.yaml:1:10: the manifest is not UTF-8 from here on"))
    let directory = try story.run("validate", ".")
    #expect(directory.exitCode == 78)
    #expect(directory.errors.contains("no regular file") && !directory.errors.contains("Error"))
  }

  @Test func `several manifests are all checked`() throws {
    let story = try Story()
    try story.file("good.yaml", Story.readings)
    try story.file("bad.yaml", "sources: 3\n")
    let result = try story.run("validate", "bad.yaml", "good.yaml")
    #expect(result.exitCode == 78)
    #expect(result.output.contains("good.yaml: ok"))
    #expect(result.errors.contains("bad.yaml:1:10: "))
  }

  @Test func `a component's own rules are checked without I/O, at the option`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Story.readings.replacing(", above: 10", with: ""))
    let result = try story.run("validate", "pipeline.yaml")
    #expect(result.exitCode == 78)
    #expect(result.errors.contains("pipeline.yaml:8:"))
    #expect(result.errors.contains("above"))
    #expect(!Files.exists(story.directory.file("dead.jsonl")))
  }

  @Test func `environment variables fill in, and one that is missing is a problem with its place`() throws {
    let story = try Story()
    try story.file("input.jsonl", Story.readingsInput)
    try story.file("pipeline.yaml", Story.readings.replacing("above: 10", with: "above: \"${LIMIT}\""))
    let missing = try story.run("validate", "pipeline.yaml", environment: ["LIMIT": nil])
    #expect(missing.exitCode == 78)
    #expect(missing.errors.contains("LIMIT"))
    let given = try story.run("run", "pipeline.yaml", environment: ["LIMIT": "11"])
    #expect(given.exitCode == 0)
    #expect(given.output == Story.readingsOutput.split(separator: "\n")[1] + "\n")
  }

  /// A window over a source with these options, and what else the source says.
  private func window(_ with: String, _ more: String = "", time: String = "event") -> String {
    """
    name: minutes
    sources:
      readings: { use: file, with: { path: in.jsonl, \(with) }\(more) }
    operators:
      minutes: { use: window, from: readings, with: { tumbling: 1m, time: \(time), aggregate: { rows: count() } } }
    sinks:
      out: { use: file, from: minutes, with: { path: out.jsonl } }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  }

  @Test func `windows that no watermark fires before the end are warned of, by every command that reads the manifest`() throws {
    let story = try Story()
    try story.file("in.jsonl", "{\"ts\":1000}\n")
    try story.file("pipeline.yaml", window("time: ts"))
    let warning = """
      pipeline.yaml:3:3: warning: 'readings' has no watermark, so 'minutes' fires its windows only at the end of the input; \
      write watermark: { delay: 5s }, for as long as rows may be late

      """
    let checked = try story.run("validate", "pipeline.yaml")
    #expect(checked.exitCode == 0 && checked.errors.hasPrefix(warning), "\(checked.errors)")
    #expect(checked.output == "pipeline.yaml: ok, 1 warning\n")
    #expect(try story.run("validate", "pipeline.yaml", "--deny-warnings").exitCode == 78)
    for command in ["plan", "run"] {
      let result = try story.run(command, "pipeline.yaml")
      #expect(result.exitCode == 0 && result.errors.hasPrefix(warning), "\(command): \(result.errors)")
    }
    for good in [window("time: ts", ", watermark: { delay: 5s }"), window("time: ts", time: "processing")] {
      try story.file("pipeline.yaml", good)
      let result = try story.run("validate", "pipeline.yaml", "--deny-warnings")
      #expect(result.exitCode == 0, "\(result.errors)")
    }
  }

  @Test func `windows of rows that have no event time are refused before the run`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", window("format: json"))
    for command in ["validate", "plan", "run"] {
      let result = try story.run(command, "pipeline.yaml")
      #expect(result.exitCode == 78)
      #expect(
        result.errors.hasPrefix(
          "pipeline.yaml:5:71: window needs event times, and the rows of 'readings' have none; name the field that holds them in "
            + "'readings': with: { time: FIELD }, or write time: processing\n"), "\(command): \(result.errors)")
    }
    try story.file("pipeline.yaml", window("format: json", time: "processing"))
    #expect(try story.run("validate", "pipeline.yaml", "--deny-warnings").exitCode == 0)
  }
}
