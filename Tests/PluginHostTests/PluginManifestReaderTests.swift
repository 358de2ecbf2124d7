import PluginHost
import PluginManifest
import Testing

@Suite struct PluginManifestReaderTests {
  /// A manifest of one component, whose members are given as JSON text.
  static func manifest(_ component: String, kind: String = "operator", top: String = "") -> String {
    #"{"abi":0,"name":"sample","version":"1"\#(top),"components":[{"id":"x","kind":"\#(kind)","doc":"Does."\#(component)}]}"#
  }

  /// A manifest with one option that takes aggregates of these functions.
  static func aggregates(_ functions: String) -> String {
    manifest(#","options":[{"name":"a","type":"map","format":"aggregate","doc":"d","functions":[\#(functions)]}]"#)
  }

  static func problem(_ json: String) -> String? {
    let result = PluginManifestReader().read(json: json)
    return result.problems.first?.description
  }

  @Test func `pieces of a section are joined without the NULs between them`() {
    let whole = Self.manifest("")
    let half = whole.utf8.count / 2
    let bytes = Array(whole.utf8)
    let result = PluginManifestReader().read(section: Array(bytes[..<half]) + [0, 0, 0] + Array(bytes[half...]) + [0])
    #expect(result.problems.isEmpty && result.unknown.isEmpty)
    #expect(result.manifest?.name == "sample")
    #expect(result.manifest?.components.first?.kind == .operator)
  }

  @Test(arguments: [
    ("", "the section is empty"),
    ("{", "not JSON at line 1, column 2: a name in quotes should be here, not the end of the text"),
    ("[]", "should be a map, not a list"),
    (#"{"abi":0,"name":"x"}"#, "version: is missing"),
    (
      #"{"abi":-1,"name":"x","version":"1","components":[]}"#,
      "abi: should be a whole number from 0 to 4294967295, not -1"
    ),
    (manifest("", top: #","license":"M\u001b]0;x\u0007""#), "license: has the control character U+001B"),
    (manifest("", top: #","doc":"a\nb\u009b31m""#), "doc: has the control character U+009B"),
    (
      manifest(#","options":[{"name":"a","type":"string","doc":"d\u202e"}]"#),
      "components[0].options[0].doc: has the control character U+202E"
    ),
    (#"{"abi":0,"name":"x","version":"1","components":[]}"#, "components: has none; a plugin has at least one"),
    (#"{"abi":0,"name":"X","version":"1","components":[{"id":"x","kind":"sink","doc":"d"}]}"#, "name: 'X' is no plugin name"),
    (manifest("", kind: "filter"), "components[0].kind: should be one of source, operator, sink"),
    (
      manifest(#","options":[{"name":"a","type":"text","doc":"d"}]"#),
      "components[0].options[0].type: should be one of string, integer, number, boolean, list, map"
    ),
    (manifest(#","options":[{"name":"a","type":"string"}]"#), "components[0].options[0].doc: is missing"),
    (
      manifest(#","options":[{"name":"a","type":"string","doc":"d"},{"name":"a","type":"string","doc":"d"}]"#),
      "components[0].options[1].name: a second option 'a'"
    ),
    (
      manifest(#","options":[{"name":"a.b","type":"string","doc":"d"}]"#),
      "components[0].options[0].name: 'a.b' is no option name"
    ),
    (
      manifest(#","options":[{"name":"a","type":"integer","doc":"d","default":"many"}]"#),
      "components[0].options[0].default: should be a whole number, not a string"
    ),
    (
      manifest(#","options":[{"name":"a","type":"integer","format":"duration","doc":"d","default":"2 weeks"}]"#),
      "components[0].options[0].default: '2 weeks' is no duration"
    ),
    (
      manifest(#","options":[{"name":"a","type":"integer","format":"bytes","doc":"d","default":"64KiB","maximum":1024}]"#),
      "components[0].options[0].default: is above the maximum 1024"
    ),
    (
      manifest(#","options":[{"name":"a","type":"integer","doc":"d","minimum":3,"maximum":2}]"#),
      "components[0].options[0].minimum: is above the maximum"
    ),
    (
      manifest(#","options":[{"name":"a","type":"string","doc":"d","choices":["x","y"],"default":"z"}]"#),
      #"components[0].options[0].default: should be one of "x", "y""#
    ),
    (
      manifest(#","options":[{"name":"a","type":"string","doc":"d","choices":["x",1]}]"#),
      "components[0].options[0].choices[1]: should be a string, not a whole number"
    ),
    (
      manifest(#","options":[{"name":"a","type":"string","doc":"d","required":true,"default":"x"}]"#),
      "components[0].options[0].required: an option with a default is never missing"
    ),
    (
      manifest(#","options":[{"name":"a","type":"boolean","format":"duration","doc":"d"}]"#),
      "components[0].options[0].format: duration suits integer, string, list and map, not boolean"
    ),
    (
      manifest(
        #","options":[{"name":"a","type":"list","doc":"d","items":[{"name":"e","type":"integer","doc":""}],"default":[1,"b"]}]"#
      ),
      "components[0].options[0].default: element 1 should be a whole number, not a string"
    ),
    (manifest(#","ports":{"out":[{"name":"a"},{"name":"a"}]}"#), "components[0].ports.out[1].name: a second port 'a'"),
    (manifest(#","ports":{"out":[{"name":"dead"}]}"#), "components[0].ports.out[0].name: every node has the port 'dead'"),
    (manifest(#","ports":{"out_from":"cases"}"#), "components[0].ports.out_from: 'cases' is no option of type list or map"),
    (
      manifest(#","options":[{"name":"a","type":"string","doc":"d","variables":"a"}]"#),
      "components[0].options[0].variables: are of expressions: format: expression"
    ),
    (
      manifest(#","options":[{"name":"a","type":"string","format":"expression","doc":"d","variables":"begin"}]"#),
      "components[0].options[0].variables: 'begin' is no option that is a map of expressions"
    ),
    (manifest(#","ports":{"in":[{"name":"a"}]}"#, kind: "source"), "components[0].ports.in: a source has no input ports"),
    (manifest(#","codec":"decode""#, kind: "sink"), "components[0].codec: only a source decodes"),
    (manifest(#","poll_every":"soon""#, kind: "source"), "components[0].poll_every: 'soon' is no duration"),
    (manifest(#","isolation":"thread""#), "components[0].isolation: 'thread' should be process, or left out"),
    (manifest(#","inputs":[{"name":"a","option":"b"}]"#), "components[0].inputs[0]: has either a name or an option"),
    (manifest(#","inputs":[{"option":"b"}]"#), "components[0].inputs[0].option: 'b' is no option of this component"),
    (
      manifest(#","outputs":{"fields":[{"name":"a","type":"float"}]}"#),
      "components[0].outputs.fields[0].type: 'float' should be one of"
    ),
    (
      aggregates(#"{"name":"sum","doc":""}"#), "components[0].options[0].functions[0].result: is missing"
    ),
    (
      aggregates(#"{"name":"sum","doc":"","result":"int"}"#),
      "components[0].options[0].functions[0].doc: is empty; one line says what the function gives"
    ),
    (
      aggregates(#"{"name":"a-b","doc":"d","result":"int"}"#),
      "components[0].options[0].functions[0].name: 'a-b' is no name of a function"
    ),
    (
      aggregates(#"{"name":"n","doc":"d","result":"int"},{"name":"n","doc":"d","result":"int"}"#),
      "components[0].options[0].functions[1].name: a second function 'n'"
    ),
    (
      aggregates(#"{"name":"n","doc":"d","result":"float"}"#),
      "components[0].options[0].functions[0].result: 'float' should be one of"
    ),
    (
      aggregates(#"{"name":"n","doc":"d","result":"argument"}"#),
      "components[0].options[0].functions[0].result: is the type of the first argument, and there is none"
    ),
    (
      aggregates(#"{"name":"n","doc":"d","result":"int","order":"doubles"}"#),
      "components[0].options[0].functions[0].order: is by the type of the first argument, and there is none"
    ),
    (
      aggregates(#"{"name":"n","doc":"d","result":"int","order":"none"}"#),
      "components[0].options[0].functions[0].order: has no such value"
    ),
    (
      aggregates(#"{"name":"n","doc":"d","result":"int","arguments":[{"name":"q","type":"string","constant":true}]}"#),
      "components[0].options[0].functions[0].arguments[0].type: a constant is of type int or double"
    ),
    (
      aggregates(
        #"{"name":"n","doc":"d","result":"int","arguments":[{"name":"q","type":"int","constant":true},{"name":"x"}]}"#),
      "components[0].options[0].functions[0].arguments[1]: stands behind a constant; values come first"
    ),
    (
      aggregates(#"{"name":"n","doc":"d","result":"int","arguments":[{"name":"x","optional":true},{"name":"y"}]}"#),
      "components[0].options[0].functions[0].arguments[1].optional: may not be missing"
    ),
    (
      manifest(#","options":[{"name":"a","type":"map","format":"aggregate","doc":"d"}]"#),
      "components[0].options[0].functions: is missing: an option with aggregates lists the functions that there are"
    ),
    (
      manifest(
        #","options":[{"name":"a","type":"string","doc":"d","functions":[{"name":"n","doc":"d","result":"int"}]}]"#),
      "components[0].options[0].functions: are of aggregates: format: aggregate"
    ),
    (manifest(#","arrival":[{"reason":""}]"#), "components[0].arrival[0].reason: is empty"),
    (
      manifest(#","arrival":[{"option":"a","reason":"why"}]"#),
      "components[0].arrival[0].option: 'a' is no option of this component"
    ),
    (
      manifest(#","arrival":[{"value":"x","reason":"why"}]"#),
      "components[0].arrival[0].value: is of an option, and none is named"
    ),
    (
      manifest(
        #","options":[{"name":"a","type":"string","doc":"d","choices":["x","y"]}],"arrival":[{"option":"a","value":"z","reason":"w"}]"#
      ),
      "components[0].arrival[0].value: should be one of"
    ),
    (manifest(#","event_time":[{"option":"a"}]"#), "components[0].event_time[0].option: 'a' is no option of this component"),
    (manifest(#","waits":[{"reason":""}]"#), "components[0].waits[0].reason: is empty"),
    (
      manifest(#","waits":[{"without":"a","reason":"fires"}]"#),
      "components[0].waits[0].without: 'a' is no option of this component"
    ),
    (manifest(#","waits":[{"reason":"fires"}]"#, kind: "source"), "components[0].waits: is of operators and sinks"),
    (manifest(#","event_time":[{}]"#, kind: "source"), "components[0].event_time: is of what comes in"),
    (manifest(#","sets_watermark":true"#), "components[0].sets_watermark: is of sources"),
    (
      manifest(#","outputs":{"same":true,"open":true,"event_time":"a"}"#),
      "components[0].outputs.event_time: 'a' is no option of type string"
    ),
    (manifest(#","outputs":{"fields_of":["a"]}"#), "components[0].outputs.fields_of[0]: 'a' is no option of this component"),
    (
      manifest(#","options":[{"name":"a","type":"string","doc":"d"}],"outputs":{"fields_of":["a"]}"#),
      "components[0].outputs.fields_of[0]: 'a' names no fields (format: field or key), nor is it a map of aggregates or"
    ),
    (
      manifest(
        #","options":[{"name":"a","type":"string","format":"field","doc":"d"}],"outputs":{"same":true,"fields_of":["a"]}"#),
      "components[0].outputs.fields_of: are the only fields beside `fields`: leave `same` out"
    ),
    (
      manifest(
        #","options":[{"name":"a","type":"string","format":"field","doc":"d"}],"outputs":{"fields_of":["a"]}"#, kind: "source"),
      "components[0].outputs.fields_of: is of an operator, whose results come of its input"
    ),
    (manifest("", top: #","files":["../x"]"#), "files[0]: '../x' must be the relative path"),
  ])
  func `a mistake is named with its place`(json: String, expected: String) {
    let found = Self.problem(json)
    #expect(found?.hasPrefix(expected) == true, "\(found ?? "nothing")")
  }

  @Test func `a good manifest of every part has no problem`() {
    let result = PluginManifestReader().read(
      json: Self.manifest(
        #"""
        ,"concurrency":"keyed","state_version":2,"isolation":"process","example":"pipeline: x\n",
        "options":[
          {"name":"every","type":"integer","format":"duration","doc":"How often.","default":"1500ms","minimum":1,"unit":"ns"},
          {"name":"share","type":"number","doc":"How much.","default":0.5,"minimum":0,"maximum":1},
          {"name":"mode","type":"string","doc":"Which way.","choices":["a","b"],"default":"a"},
          {"name":"key","type":"list","format":"key","doc":"Whose."},
          {"name":"make","type":"map","format":"aggregate","doc":"What.","functions":[
            {"name":"n","doc":"Rows.","result":"int"},
            {"name":"sum","doc":"Sum.","result":"argument","order":"doubles","arguments":[{"name":"x","type":"number"}]}]},
          {"name":"cases","type":"map","doc":"Ports.","items":[{"name":"when","type":"string","format":"expression","doc":"If."}]}],
        "arrival":[{"option":"mode","value":"b","reason":"says why"},{"partitions":true,"reason":"says why"}],
        "event_time":[{},{"option":"mode","value":"b"}],"waits":[{"option":"mode","without":"key","reason":"fires"}],
        "ports":{"out_from":"cases"},
        "inputs":[{"name":"a","type":"int","required":true}],
        "outputs":{"same":true,"fields":[{"name":"n","type":"int","role":"key"}]}
        """#, top: #","license":"MIT","doc":"Says.","files":["a/b.dat"]"#))
    #expect(result.problems.isEmpty, "\(result.problems)")
    #expect(result.unknown.isEmpty, "\(result.unknown)")
  }

  @Test func `names that are not known are noted and do no harm`() {
    let result = PluginManifestReader().read(json: Self.manifest(#","colour":"red""#, top: #","licence":"MIT""#))
    #expect(result.problems.isEmpty)
    #expect(result.unknown.map(\.path) == ["licence", "components[0].colour"])
  }

  @Test func `a later revision is not judged by the rules of this one`() {
    let result = PluginManifestReader().read(
      json: #"{"abi":99,"name":"x","version":"1","components":[{"id":"x","kind":"lens"}]}"#)
    #expect(result.laterAbi == 99)
    #expect(result.problems.isEmpty)
  }

  @Test func `defaults that are maps keep their order`() {
    let json = Self.manifest(#","options":[{"name":"m","type":"map","doc":"d","default":{"z":1,"a":2,"m":3}}]"#)
    let value = PluginManifestReader().read(json: json).manifest?.components[0].options?[0].default
    #expect(value == .map([.init("z", .int(1)), .init("a", .int(2)), .init("m", .int(3))]))
  }
}

@Suite struct JsonReaderTests {
  @Test func `values are read as what they are`() throws {
    let json = #" {"a":[1,-2.5,1e3,true,false,null,"x\n\u00e9\ud83d\ude00\/"],"b":{},"c":[]} "#
    let expected: ConfigValue = .map([
      .init(
        "a", .list([.int(1), .double(-2.5), .double(1000), .bool(true), .bool(false), .null, .string("x\né😀/")])),
      .init("b", .map([])), .init("c", .list([])),
    ])
    #expect(try JsonReader.read(Array(json.utf8)) == expected)
    #expect(try JsonReader.read(Array("9223372036854775807".utf8)) == .int(.max))
    #expect(try JsonReader.read(Array("9223372036854775808".utf8)) == .double(9223372036854775808))
  }

  @Test(arguments: [
    ("", 1, 1), ("{\"a\":1,\n \"a\":2}", 2, 2), ("[1,]", 1, 4), ("01", 1, 2), ("1.", 1, 3), ("tru", 1, 1), ("\"a", 1, 3),
    ("\"\\ud800\"", 1, 8), ("\"\u{1}\"", 1, 2), ("[1] 2", 1, 5), ("{\"a\" 1}", 1, 6), ("1e999", 1, 1), ("\"\\x\"", 1, 3),
    ("-", 1, 2),
  ])
  func `what is not JSON is told with its place`(text: String, line: Int, column: Int) {
    let error = #expect(throws: JsonError.self) { try JsonReader.read(Array(text.utf8)) }
    #expect(error?.line == line && error?.column == column, "\(text): \(error.map { "\($0)" } ?? "")")
  }

  @Test func `nesting is bounded and text must be UTF-8`() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(throws: JsonError.self) { try JsonReader.read(deep) }
    #expect(throws: JsonError.self) { try JsonReader.read([UInt8(ascii: "\""), 0xC3, 0x28, UInt8(ascii: "\"")]) }
  }

  @Test func `what ConfigValue writes is read back`() throws {
    let value: ConfigValue = .map([.init("k\"\\\u{1}", .list([.string("ä\t"), .double(0.1), .int(-5)]))])
    #expect(try JsonReader.read(Array(value.json.utf8)) == value)
  }
}
