import TestSupport
import Testing

/// Formats from file to file.
struct FormatTests {
  private static let table = """
    machine,temperature,note
    press,81.50,"said ""hot""\"
    lathe,82,
    mill,cold,"two
    lines"

    """

  private static func hot(_ source: String, _ sink: String) -> String {
    """
    name: hot
    sources:
      readings: { use: file, with: { path: readings.csv, format: csv, fields: { temperature: double }\(source) } }
    operators:
      hot: { use: threshold, from: readings, with: { field: temperature, above: 80 } }
    sinks:
      out: { use: file, from: hot, with: { path: out, format: csv\(sink) } }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  }

  @Test func `records of csv pass unchanged under their header row, and bad ones are dead`() throws {
    let story = try Story()
    try story.file("readings.csv", Self.table)
    try story.file("pipeline.yaml", Self.hot("", ""))
    let result = try story.run("run", "pipeline.yaml")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try story.text("out") == "machine,temperature,note\npress,81.50,\"said \"\"hot\"\"\"\nlathe,82,\n")
    #expect(try story.text("dead.jsonl").contains("'temperature' is no double, at byte 5"))
  }

  @Test func `columns and delimiter of the sink hold`() throws {
    let story = try Story()
    try story.file("readings.csv", Self.table)
    let pipeline = Self.hot("", ", delimiter: tab, columns: [note, temperature]")
    try story.file("pipeline.yaml", pipeline.replacing("temperature: double }", with: "temperature: double, note: string }"))
    let result = try story.run("run", "pipeline.yaml")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try story.text("out") == "note\ttemperature\n\"said \"\"hot\"\"\"\t81.5\n\t82.0\n")
  }

  @Test func `a row with a field that is no column is rejected`() throws {
    let story = try Story()
    try story.file("in.jsonl", "{\"a\":1}\n")
    try story.file("more.jsonl", "{\"a\":2,\"b\":3}\n{\"a\":4}\n")
    try story.file(
      "pipeline.yaml",
      """
      name: refuse
      sources:
        rows: { use: file, with: { paths: [in.jsonl, more.jsonl] } }
      sinks:
        out: { use: file, from: rows, with: { path: out.csv, format: csv } }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """)
    let result = try story.run("run", "pipeline.yaml")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try story.text("out.csv") == "a\n1\n4\n")
    let dead = try story.text("dead.jsonl")
    #expect(dead.contains("\"code\":\"fields\"") && dead.contains("'b' is none of the columns"))
  }

  @Test(arguments: ["none", "lz4", "zstd"]) func `json to frames to json is the same, and a broken frame is dead`(
    compression: String
  ) throws {
    let story = try Story()
    let lines = (0..<3000).map {
      "{\"ts\":\(1_767_225_600_000 + $0),\"v\":\(Double($0) / 8),\"n\":[\($0),null],\"s\":\"é\($0 % 7)\"}\n"
    }
    try story.file("in.jsonl", lines.joined())
    func pipeline(_ source: String, _ sink: String) -> String {
      """
      name: copy
      sources:
        rows: { use: file, with: { \(source) }, watermark: { delay: 1s } }
      sinks:
        out: { use: file, from: rows, with: { \(sink) } }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """
    }
    try story.file(
      "record.yaml",
      pipeline(
        "path: in.jsonl, time: ts, fields: { ts: time, v: double }",
        "path: rows.frames, format: frame, compression: \(compression)"))
    try story.file("replay.yaml", pipeline("path: rows.frames, format: frame", "path: out.jsonl"))
    for name in ["record.yaml", "replay.yaml"] {
      let result = try story.run("run", name)
      #expect(result.exitCode == 0, "\(result.errors)")
    }
    #expect(try story.text("out.jsonl") == lines.joined())

    var bytes = try Files.read(story.directory.file("rows.frames"))
    bytes[bytes.count / 2] ^= 0x10
    try Files.write(story.directory.file("rows.frames"), bytes)
    #expect(try story.run("run", "replay.yaml").exitCode == 0)
    let kept = try story.text("out.jsonl").split(separator: "\n").count
    #expect(kept < 3000 && kept > 1000)
    let dead = try story.text("dead.jsonl")
    #expect(dead.contains("\"code\":\"frame\"") && dead.contains("(rule ") && dead.split(separator: "\n").count == 1)
  }

  @Test func `schema and samples know csv`() throws {
    let story = try Story()
    try story.file(
      "in.tsv", "at\tcount\tshare\tok\tname\n2026-01-01T00:00:01Z\t3\t0.5\ttrue\ta\n2026-01-01T00:00:02Z\t4\t1\tfalse\t7\n")
    try story.acceptsSchema(
      of: "in.tsv",
      ["format: csv", "delimiter: tab", "time: at", "count: int", "share: double", "ok: bool", "name: string"])
    #expect(try story.run("schema", "in.tsv", "--delimiter", "x").exitCode == 2)
    #expect(try story.run("schema", "in.tsv", "--format", "json").exitCode == 1)
  }
}
