import TestSupport
import Testing

/// Numbers with more digits than ints and doubles have, from line to line.
struct ExactNumberRunTests {
  private static let lines = """
    {"b":12345678901234567890123,"u":18446744073709551615,"list":[12345678901234567890123,9223372036854775808,0.1000000000000000055]}
    {"b":12345678901234567890124,"u":9223372036854775808,"list":[]}
    {"b":60,"u":1,"list":[1]}

    """

  private func run(_ operators: String, from last: String, input: String = lines) throws -> Tidemill.Result {
    let story = try Story()
    try story.file(
      "p.yaml",
      """
      name: p
      sources: { s: { use: stdin, with: { format: json } } }
      operators:
        \(operators)
      sinks:
        out: { use: stdout, from: \(last) }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """)
    let result = try story.run("run", "p.yaml", "--dev", input: input)
    #expect(result.errors.contains("the books hold to the row"), "\(result.errors)")
    return result
  }

  @Test func `a field that map sets, renames or keeps has all of its digits`() throws {
    let set = try run(
      "m: { use: map, from: s, with: { set: { a: b, more: '{\"x\": [u]}' }, rename: { u: v }, remove: [list] } }", from: "m")
    #expect(
      set.output == """
        {"b":12345678901234567890123,"v":18446744073709551615,"a":12345678901234567890123,"more":{"x":[18446744073709551615]}}
        {"b":12345678901234567890124,"v":9223372036854775808,"a":12345678901234567890124,"more":{"x":[9223372036854775808]}}
        {"b":60,"v":1,"a":60,"more":{"x":[1]}}

        """, "\(set.output)\(set.errors)")
    let kept = try run("m: { use: map, from: s, with: { keep: [b] } }", from: "m")
    #expect(kept.output == "{\"b\":12345678901234567890123}\n{\"b\":12345678901234567890124}\n{\"b\":60}\n", "\(kept.output)")
  }

  @Test func `an element of a list becomes a field with all of its digits`() throws {
    let result = try run(
      "e: { use: flat_map, from: s, with: { explode: { item: list } } }\n  k: { use: map, from: e, with: { keep: [item] } }",
      from: "k")
    #expect(
      result.output == """
        {"item":12345678901234567890123}
        {"item":9223372036854775808}
        {"item":0.1000000000000000055}
        {"item":1}

        """, "\(result.output)\(result.errors)")
  }

  @Test func `numbers that differ in their last digit are different keys`() throws {
    let result = try run(
      "k: { use: key_by, from: s, with: { key: b } }\n  m: { use: map, from: k, with: { set: { key: event.key }, keep: [key] } }",
      from: "m")
    #expect(
      result.output == "{\"key\":\"12345678901234567890123\"}\n{\"key\":\"12345678901234567890124\"}\n{\"key\":\"60\"}\n",
      "\(result.output)\(result.errors)")
  }

  @Test func `comparing them is exact, and calculating with what no double equals is counted`() throws {
    let compared = try run(
      "f: { use: filter, from: s, with: { where: 'b > 12345678901234567000000.0 && u > 9223372036854775807' } }", from: "f")
    #expect(compared.output == Self.lines.split(separator: "\n").prefix(2).map { "\($0)\n" }.joined(), "\(compared.output)")
    let counted = try run(
      "m: { use: map, from: s, with: { set: { next: b + 1, twice: u * 2.0 }, keep: [next, twice] } }", from: "m")
    #expect(
      counted.output == """
        {"next":null,"twice":3.6893488147419103e+19}
        {"next":null,"twice":1.8446744073709552e+19}
        {"next":61,"twice":2.0}

        """, "\(counted.output)\(counted.errors)")
    #expect(counted.errors.contains("m: expressions erred for 2 rows"), "\(counted.errors)")
    #expect(counted.errors.contains("no double equals 12345678901234567890123"), "\(counted.errors)")
  }

  @Test func `the playground says of them what pipelines do`() throws {
    func values(_ expression: String) throws -> [String] {
      try Tidemill.run(["eval", expression], input: Self.lines).output.split(separator: "\n").map(String.init)
    }
    #expect(
      try values("b") == ["double     12345678901234567890123", "double     12345678901234567890124", "int        60"])
    #expect(try values("u") == ["uint       18446744073709551615u", "uint       9223372036854775808u", "int        1"])
    #expect(try values("b == 12345678901234567890123.0") == ["bool       false", "bool       false", "bool       false"])
    #expect(try values("b + 1")[0].hasPrefix("error      no double equals 12345678901234567890123"))
    #expect(
      try Tidemill.run(["eval", "--format", "json", "list"], input: Self.lines).output.hasPrefix(
        #"{"type":"list","value":[{"type":"double","value":12345678901234567890123},{"type":"uint","value":9223372036854775808},"#
          + #"{"type":"double","value":0.1000000000000000055}]}"#))
  }
}
