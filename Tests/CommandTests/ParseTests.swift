import TestSupport
import Testing

/// The operator `parse` in whole pipelines.
struct ParseTests {
  private func pipeline(_ with: String, source: String = "format: text", more: String = "", from: String = "p") -> String {
    """
    name: parse
    sources:
      lines: { use: file, with: { path: in.log, \(source) } }
    operators:
      p: { use: parse, from: lines, with: { \(with) } }
    \(more)
    sinks:
      out: { use: stdout, from: \(from) }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  }

  private func run(_ input: String, _ pipeline: String, mayWarn: Bool = false) throws -> (output: String, dead: String) {
    let story = try Story()
    try story.file("in.log", input)
    try story.file("pipeline.yaml", pipeline)
    let checked = try story.run("validate", "pipeline.yaml", "--deny-warnings")
    #expect(checked.exitCode == 0 || mayWarn && checked.exitCode == 78, "\(checked.errors)")
    let result = try story.run("run", "pipeline.yaml", "--dev", "--books", "books.json")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try story.text("books.json").contains("\"balanced\":true"))
    return (result.output, try story.text("dead.jsonl"))
  }

  @Test func `members of JSON in a field join the fields of the record`() throws {
    let input = """
      {"id":1,"host":"h","big":[1,{"x":2.50}],"body":"{\\"level\\":\\"info\\",\\"host\\":\\"inner\\",\\"took\\":1.5,\\"more\\":{\\"b\\":1,\\"a\\":[]}}"}
      {"id":2,"host":"h","body":"broken"}
      {"id":3,"body":"{}"}
      {"id":4,"body":7}

      """
    let (output, dead) = try run(input, pipeline("field: body, format: json, remove: true", source: "format: json"))
    #expect(
      output == """
        {"big":[1,{"x":2.5}],"host":"inner","id":1,"level":"info","more":{"a":[],"b":1},"took":1.5}
        {"id":3}

        """)
    #expect(dead.contains(#""reason":"'body' cannot be parsed: it is no object, at byte 0""#))
    #expect(dead.contains(#""reason":"'body' is no text""#))
    #expect(dead.split(separator: "\n").count == 2)
  }

  @Test func `texts that many rows share give what they give one by one, whatever stands beside them`() throws {
    let texts = [
      #"{\"took\":1.5,\"id\":\"inner\",\"list\":[1,{\"a\":2}]}"#, #"{\"took\":\"long\",\"esc\":\"\\u00e9\\n\"}"#, "broken",
      "{}",
      #"{\"took\":null,\"note\":\"own\"}"#,
    ]
    let lines = (0..<600).map { row in
      "{\"id\":\(row)\(row % 3 == 0 ? ",\"note\":\"n\(row)\"" : ""),\"body\":\"\(texts[row * row % 7 % 5])\"}\n"
    }.joined()
    for onError in ["reject", "keep"] {
      func result(_ count: Int) throws -> (output: String, dead: String) {
        let above =
          "  b: { use: batch, from: lines, with: { count: \(count) } }\n  t: { use: filter, from: p, with: { where: \"!has(took) || took != 7.0\" } }"
        return try run(
          lines,
          pipeline("field: body, format: json, on_error: \(onError)", source: "format: json", more: above, from: "t")
            .replacing("from: lines, with: { field", with: "from: b, with: { field"), mayWarn: onError == "keep")
      }
      let (together, alone) = (try result(4096), try result(1))
      #expect(together.output == alone.output)
      let rows = together.output.split(separator: "\n")
      #expect(rows.count > 300 && rows.contains { $0.contains("é") } && rows.contains { $0.contains("\"long\"") })
      #expect(together.dead.split(separator: "\n").count == alone.dead.split(separator: "\n").count)
      #expect(together.dead.contains("cannot be parsed") == (onError == "reject"))
    }
  }

  @Test func `a field that another node names becomes a column of the type that it needs`() throws {
    let input = "{\"took\":1.5,\"n\":1}\n{\"took\":7,\"n\":2}\n{\"took\":\"long\",\"n\":3}\n{\"n\":4}\n"
    let above = "  slow: { use: threshold, from: p, with: { field: took, above: 2 } }"
    for source in ["format: text", "format: json, fields: { message: string }"] {
      let text =
        source == "format: text"
        ? input
        : input.split(separator: "\n").map {
          "{\"message\":\"\($0.replacing("\"", with: "\\\""))\"}\n"
        }.joined()
      let (output, _) = try run(text, pipeline("format: json, remove: true", source: source, more: above, from: "slow"))
      #expect(output == "{\"took\":7.0,\"n\":2}\n", "\(source)")
    }
    // Nobody reads what the other node makes, which is a warning.
    let (kept, _) = try run(input, pipeline("format: json, remove: true", more: above), mayWarn: true)
    #expect(kept == "{\"took\":1.5,\"n\":1}\n{\"took\":7.0,\"n\":2}\n{\"n\":3,\"took\":\"long\"}\n{\"n\":4}\n")
  }

  @Test func `types are held against those who read a field`() throws {
    let story = try Story()
    try story.file("in.log", "")
    let above = "  t: { use: threshold, from: p, with: { field: name, above: 2 } }"
    try story.file(
      "pipeline.yaml", pipeline("format: csv, columns: [name, n], fields: { name: string, n: int }", more: above, from: "t"))
    let result = try story.run("validate", "pipeline.yaml")
    #expect(result.exitCode == 78)
    #expect(result.errors.contains("the field 'name' is string, and threshold reads it as double"), "\(result.errors)")
    try story.file("pipeline.yaml", pipeline("format: csv, columns: [name], field: massage"))
    let missing = try story.run("validate", "pipeline.yaml")
    #expect(missing.errors.contains("no field 'massage' comes in here"), "\(missing.errors)")
    #expect(missing.errors.contains("did you mean 'message'?"), "\(missing.errors)")
  }

  @Test func `one parse after another reads what the first made`() throws {
    let first = "format: syslog, year: 2026, remove: true"
    let second = "  q: { use: parse, from: p, with: { format: key_value, fields: { n: int }, prefix: kv_ } }"
    let (output, dead) = try run(
      "<34>Oct 11 22:14:15 host app[7]: n=5 who=me\nOct 11 22:14:16 host app: n=five\n",
      pipeline(first, more: second, from: "q"))
    #expect(
      output == """
        {"message":"n=5 who=me","facility":"auth","severity":"crit","timestamp":"2026-10-11T22:14:15Z","hostname":"host","appname":"app","procid":"7","kv_n":5,"kv_who":"me"}

        """)
    #expect(dead.contains("'kv_n' in 'message' is no int, at byte 2"))
  }

  @Test func `windows over times that it makes fire at the end, and without such times are refused`() throws {
    let story = try Story()
    try story.file("in.log", "{\"at\":\"2025-01-01T00:00:00Z\"}\n{\"at\":\"2025-01-01T00:01:00Z\"}\n")
    let window = "  w: { use: window, from: p, with: { tumbling: 1m, aggregate: { n: count() } } }"
    try story.file("pipeline.yaml", pipeline("format: json, fields: { at: time }, time: at", more: window, from: "w"))
    let result = try story.run("run", "pipeline.yaml")
    #expect(result.exitCode == 0 && result.output.split(separator: "\n").count == 2, "\(result)")
    #expect(
      result.errors.hasPrefix(
        "pipeline.yaml:3:3: warning: 'lines' has no watermark, so 'w' fires its windows only at the end of the input; read records"
      ),
      "\(result.errors)")
    try story.file("pipeline.yaml", pipeline("format: json, fields: { at: time }", more: window, from: "w"))
    let refused = try story.run("run", "pipeline.yaml")
    #expect(refused.exitCode == 78)
    #expect(
      refused.errors.hasPrefix(
        "pipeline.yaml:6:13: window needs event times, and the rows of 'lines' have none; have an operator before it make them"),
      "\(refused.errors)")
  }

  @Test func `the pipeline of the README gives what it shows`() throws {
    let page = try Files.text(ProjectPaths.path("Plugins/Parse/README.md"))
    let blocks = page.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    try #require(blocks.count >= 3)
    let story = try Story()
    try story.file("pipeline.yaml", String(blocks[0].dropFirst("yaml\n".count)))
    try story.file("access.log", String(blocks[1].dropFirst()))
    let result = try story.run("run", "pipeline.yaml", "--dev")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.output == String(blocks[2].dropFirst()))
    #expect(try story.text("unread.jsonl").contains("it began"))
  }
}
