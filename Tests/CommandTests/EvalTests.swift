import TestSupport
import Testing

/// `tidemill eval`: expressions on events, and cases.
struct EvalTests {
  private static let readings = """
    {"machine":"press","temperature":61.5}

    {"machine":"oven","temperature":93}
    {"machine":"mill","temperature":null}
    no json
    {"machine":"saw"}
    """

  @Test func `the value and the type of each event stand on a line of their own, and errors in their place`() throws {
    let result = try Tidemill.run(["eval", "temperature"], input: Self.readings)
    let lines = result.output.split(separator: "\n")
    try #require(lines.count == 5, "\(result.output)\(result.errors)")
    #expect(lines[0] == "double     61.5")
    #expect(lines[1] == "int        93")
    #expect(lines[2] == "null       null")
    #expect(lines[3].hasPrefix("error      ") && lines[4].hasPrefix("error      "))
    #expect(lines[4].contains("'temperature'"))
    #expect(result.errors.contains("2 of 5 events"))
    #expect(result.exitCode == 1)
  }

  @Test func `with json each line is a value in the notation of cases`() throws {
    let result = try Tidemill.run(["eval", "--format", "json", "{machine: [temperature]}"], input: Self.readings)
    let lines = result.output.split(separator: "\n")
    let expected =
      #"{"type":"map","value":[{"key":{"type":"string","value":"press"},"value":{"type":"list","value":["#
      + #"{"type":"double","value":61.5}]}}]}"#
    #expect(lines.first.map(String.init) == expected)
    #expect(lines.last?.hasPrefix(#"{"error":""#) == true)
  }

  @Test func `without input an expression that needs no event is evaluated once`() throws {
    let once = try Tidemill.run(["eval", "1 + 2"])
    #expect(once.output == "int        3\n" && once.exitCode == 0 && once.errors.isEmpty)
    let none = try Tidemill.run(["eval", "x + 2"])
    #expect(none.output.isEmpty && none.exitCode == 0)
    let each = try Tidemill.run(["eval", "1 + 2"], input: "{}\n{}\n")
    #expect(each.output == "int        3\nint        3\n")
    let failing = try Tidemill.run(["eval", "1 / 0"])
    #expect(failing.exitCode == 1 && failing.output.hasPrefix("error      "))
  }

  @Test(arguments: ["1 +", "x.matches('a(')", "size(1, 2)", "'a' * 2", "has(1)", "event == 1", "event.tme"])
  func `an expression that is wrong is shown with its place, before anything is read`(expression: String) throws {
    let result = try Tidemill.run(["eval", expression], input: "{}\n")
    #expect(result.exitCode == 2 && result.output.isEmpty, "\(result.errors)")
    #expect(result.errors.contains(expression) && result.errors.contains("^"), "\(result.errors)")
  }

  @Test func `int with double widens, but not with strict`() throws {
    let widened = try Tidemill.run(["eval", "n * 1.5"], input: "{\"n\":2}\n")
    #expect(widened.output == "double     3.0\n")
    let strict = try Tidemill.run(["eval", "--strict", "n * 1.5"], input: "{\"n\":2}\n")
    #expect(strict.output.hasPrefix("error      ") && strict.exitCode == 1)
    #expect(try Tidemill.run(["eval", "--strict", "2 * 1.5"]).exitCode == 2)
    let late = try Tidemill.run(["eval", "--strict", "s.matches('(') || true"], input: "{\"s\":\"a\"}\n")
    #expect(late.output == "bool       true\n", "\(late.errors)")
  }

  @Test func `an event is its fields, and what no source says is absent`() throws {
    let event = "{\"odd-name\":[1,{\"a\":\"b\"}],\"event\":7,\"big\":18446744073709551615}\n"
    for (expression, expected) in [
      ("event.fields['odd-name'][1].a", "string     \"b\""), ("event.fields.event", "int        7"),
      ("big", "uint       18446744073709551615u"), ("size(event.fields)", "int        3"),
      ("has(event.time) || has(event.key) || has(event.headers)", "bool       false"),
    ] {
      let result = try Tidemill.run(["eval", expression], input: event)
      #expect(result.output == expected + "\n", "\(expression): \(result.errors)")
    }
  }

  @Test func `of a member that comes twice the last one counts, as in a pipeline`() throws {
    let event = "{\"a\":1,\"b\":{\"c\":1,\"c\":\"x\"},\"a\":2.5}\n"
    for (expression, expected) in [
      ("a", "double     2.5\n"), ("b.c", "string     \"x\"\n"), ("size(event.fields)", "int        2\n"),
    ] { #expect(try Tidemill.run(["eval", expression], input: event).output == expected, "\(expression)") }
    let story = try Story()
    try story.file(
      "p.yaml",
      """
      name: p
      sources: { s: { use: stdin, with: { format: json } } }
      operators: { m: { use: map, from: s, with: { set: { x: a, y: b.c }, keep: [x, y] } } }
      sinks: { o: { use: stdout, from: m } }
      """)
    let result = try story.run("run", "p.yaml", "--dev", input: event)
    #expect(result.output == "{\"x\":2.5,\"y\":\"x\"}\n", "\(result.output)\(result.errors)")
    let cases = #"{"expr":"1","expr":"x + 1","bindings":{"x":{"type":"int","value":1},"x":{"type":"int","value":4}}}"#
    #expect(
      try Tidemill.run(["eval", "--cases", "-"], input: cases + "\n").output == #"{"type":"int","value":5}"# + "\n")
  }

  @Test func `what could steer a terminal stands as an escape`() throws {
    let result = try Tidemill.run(["eval", "s"], input: #"{"s":"\u001b[31m\u202eabc\u009b"}"# + "\n")
    #expect(result.output == #"string     "\u001b[31m\u202eabc\u009b""# + "\n")
    let failing = try Tidemill.run(["eval", "int(s)"], input: #"{"s":"\u001b[31m\n"}"# + "\n")
    #expect(failing.output.hasPrefix("error      ") && failing.output.contains("u001b[31m"))
    #expect(failing.output.utf8.count { $0 < 0x20 } == 1, "one line, and no control but its end")
  }

  @Test func `wrong usage is exit code 2`() throws {
    for arguments in [["eval"], ["eval", "1", "--cases", "x"], ["eval", "1", "--format", "yaml"], ["eval", "1", "2"]] {
      #expect(try Tidemill.run(arguments).exitCode == 2, "\(arguments)")
    }
    #expect(try Tidemill.run(["eval", "--cases", "/nonexistent/cases.jsonl"]).exitCode == 1)
  }
}
