import Manifest
import PluginManifest
import Testing

/// The configuration of a `kitchen` with this under `free`, as JSON.
private func free(_ yaml: String, before: String = "") throws -> String? {
  let text = """
    sources: { s: { use: stdin } }
    \(before)
    operators:
      k:
        use: kitchen
        from: s
        with:
          free:
            v: \(yaml)
    sinks: { o: { use: drop, from: k } }
    """
  let (plan, says) = try load(text)
  #expect(says.allSatisfy { $0.severity != .error }, "\(says)")
  return plan?.node(named: "k")?.config["free"]?["v"]?.json
}

private func errors(_ text: String) throws -> [String] {
  try load(text).says.filter { $0.severity == .error }.map { String($0.description.dropFirst(7)) }
}

@Suite struct YamlTests {
  @Test(arguments: [
    ("1", "1"), ("-17", "-17"), ("+5", "5"), ("007", "7"), ("0x1F", "31"), ("0o17", "15"), ("1.5", "1.5"), ("-.5", "-0.5"),
    ("1e3", "1000.0"),
    ("1.", "1.0"), ("9223372036854775807", "9223372036854775807"), ("9223372036854775808", "9.223372036854776e+18"),
    ("true", "true"), ("FALSE", "false"), ("null", "null"), ("~", "null"), (".inf", "null"), ("yes", #""yes""#),
    ("NO", #""NO""#),
    ("on", #""on""#), ("1_000", #""1_000""#), ("12:30:45", #""12:30:45""#), ("1e", #""1e""#), ("0x", #""0x""#),
    ("+", #""+""#), (".", #"".""#), ("'1'", #""1""#), ("\"a\\tb\"", #""a\tb""#), ("2024-01-01", #""2024-01-01""#),
    ("!!str 5", #""5""#),
    ("[1, [a], {b: 2}]", #"[1,["a"],{"b":2}]"#), ("{1: a, true: b}", #"{"1":"a","true":"b"}"#),
  ]) func `plain scalars have the types of the core schema`(yaml: String, json: String) throws {
    #expect(try free(yaml) == json)
  }

  @Test func `blocks and quotes keep their text`() throws {
    #expect(try free("|\n            one\n            two") == #""one\ntwo\n""#)
    #expect(try free(">-\n            one\n            two") == #""one two""#)
    #expect(try free("'it''s'") == #""it's""#)
    #expect(try free("\"\\u00e9 \\x41\"") == "\"é A\"")
  }

  @Test func `an alias stands for its value and a merge for its entries`() throws {
    let base = "name: &n x"
    #expect(try free("*n", before: base) == #""x""#)
    #expect(try free("[&a {b: 1}, {<<: *a, c: 2}, {<<: *a, b: 3}]") == #"[{"b":1},{"c":2,"b":1},{"b":3}]"#)
    #expect(try free("[&a {b: 1}, &c {b: 2, d: 3}, {<<: [*a, *c]}]") == #"[{"b":1},{"b":2,"d":3},{"b":1,"d":3}]"#)
    #expect(try free("{&k key: 1, other: *k}") == #"{"key":1,"other":"key"}"#)
  }

  @Test func `a later anchor of the same name wins`() throws {
    #expect(try free("[&a 1, *a, &a 2, *a]") == "[1,1,2,2]")
  }

  @Test func `aliases that multiply are stopped before they are built`() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...40 {
      text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
    }
    let said = try errors(text)
    #expect(said.count == 1)
    #expect(said.first?.hasSuffix("the manifest holds more than 200000 values, aliases followed") == true)
  }

  @Test func `a key that is a bomb is not followed`() throws {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...14 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    text += "? *a14\n: 1\n? *a14\n: 2\n"
    #expect(try errors(text).contains { $0.contains("a key must be a word, not a list") })
  }

  @Test func `nesting is bounded, aliases followed`() throws {
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(try errors("a: \(deep)") == ["1:67: lists and maps are nested deeper than 64"])
    let half = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(
      try errors("a: &a \(half)\nb: \(String(repeating: "[", count: 40))*a\(String(repeating: "]", count: 40))")
        == ["2:44: lists and maps are nested deeper than 64"])
    #expect(try errors("a: \(String(repeating: "[", count: 200_000))").count == 1)
    #expect(try errors("a: \(String(repeating: "{a: ", count: 2_000))").count == 1)
    #expect(try errors(String(repeating: "? ", count: 5_000)).count == 1)
  }

  @Test func `line ends of any kind and a byte order mark are read`() throws {
    let manifest = ["sources:", "  s: { use: stdin }", "sinks:", "  o: { use: dorp, from: s }"]
    for text in [
      manifest.joined(separator: "\r\n"), manifest.joined(separator: "\n"), "\u{FEFF}" + manifest.joined(separator: "\n"),
    ] {
      #expect(try errors(text) == ["4:13: no plugin has a sink 'dorp'; did you mean 'drop'?"])
    }
  }

  @Test func `columns count characters, not bytes`() throws {
    #expect(
      try errors("sources: { s: { use: file, with: { path: 'äöü😀', pth: 1 } } }\nsinks: { o: { use: drop, from: s } }")
        == ["1:50: 'pth' is not an option of file; did you mean 'path'?"])
  }

  @Test func `control characters are located`() throws {
    #expect(
      try errors("name: ä\u{7}b\n")
        == ["1:8: a control character stands here; remove it, or write it as an escape in double quotes: \"\\u0007\""])
    #expect(
      try errors("name: a\nb: \u{0}")
        == ["2:4: a control character stands here; remove it, or write it as an escape in double quotes: \"\\u0000\""])
    #expect(try errors("a: \u{1B}[0m").first?.hasSuffix("\"\\u001B\"") == true)
  }

  @Test func `bytes that are not UTF-8 are located`() throws {
    let bytes = Array("name: ä\nbad: ".utf8) + [0xFF, 0x41]
    let (source, says) = PipelineSource.parse(bytes: bytes, file: "p.yaml", environment: [:])
    #expect(source == nil)
    #expect(says.map(\.description) == ["p.yaml:2:6: the manifest is not UTF-8 from here on; save it as UTF-8"])
    let cut = PipelineSource.parse(bytes: Array("name: a".utf8) + [0xC3], file: "p.yaml", environment: [:]).1
    #expect(cut.map(\.location) == [.init(line: 1, column: 8)])
  }

  @Test func `a manifest has at most 1 MiB`() throws {
    let text = "# " + String(repeating: "x", count: 1 << 20) + "\n"
    #expect(try errors(text) == ["1:1: the manifest is longer than 1 MiB"])
    let says = PipelineSource.parse(bytes: Array(text.utf8), file: "p.yaml", environment: [:]).1
    #expect(says.map(\.message) == ["the manifest is longer than 1 MiB"])
  }
}
