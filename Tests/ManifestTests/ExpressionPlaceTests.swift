import Manifest
import Testing

/// Where a manifest says that an expression is wrong: at the character, however YAML writes the text before it.
struct ExpressionPlaceTests {
  /// Scalars in which `wrong` is no field; the first line's indentation is that of the option.
  private static let scalars = [
    #"a > 1.0 && wrong > 1.0"#,
    #"'s == "it''s" && wrong > 1.0'"#,
    #""s == \"x\" && wrong > 1.0""#,
    #""s == \"caf\u00e9\" && wrong > 1.0""#,
    #""s == \"\x41\U0001F600\u0022 && wrong > 1.0""#,
    #""s == '''a\tb\nc\\n\e\0\_\N''' && wrong > 1.0""#,
    #""\u0073\u0020== 'uuuu' &&\u0020wrong > 1.0""#,
    "\"s == 'x' \\\n            && wrong > 1.0\"",
    "\"s == 'x'\n            && wrong > 1.0\"",
    "|\n            s == '\\u00e9'\n            && wrong > 1.0",
    ">-\n            a > 1.0\n            && wrong > 1.0",
  ]

  @Test(arguments: scalars) func `an unknown field is shown where it stands`(scalar: String) throws {
    let text = """
      sources: { s: { use: stdin, with: { fields: { a: double, s: string } } } }
      operators:
        f:
          use: filter
          from: s
          with:
            where: \(scalar)
      sinks: { o: { use: drop, from: f } }

      """
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.contains("wrong") })
    let before = try #require(lines[line].range(of: "wrong")).lowerBound
    let column = lines[line][..<before].unicodeScalars.count + 1
    let found = try load(text).says
    let says = found.map(\.description)
    #expect(says.count == 1 && says[0].hasPrefix("p.yaml:\(line + 1):\(column): 'where': "), "\(says)")
    #expect(found[0].length == 5)
  }

  /// What is wrong, between the bars, as it is written in YAML.
  @Test(arguments: [
    "|a > \"x\"| && s == 'x'", "'|a > \"x\"| && s == \"x\"'", #""s == 'x' && |a > \"x\"|""#, #"'s == "x" && s == |''a'' + 5|'"#,
    "s == 'x' && |a - 's'|", #"s.matches(|"a("|)"#, #""s.matches(|\"a(\"|)""#, #""s.matches(|\"\u0061(\"|)""#,
  ]) func `all of what is wrong is marked`(scalar: String) throws {
    let written =
      "sources: { s: { use: stdin, with: { fields: { a: double, s: string } } } }\n"
      + "operators: { f: { use: filter, from: s, with: { where: \(scalar.filter { $0 != "|" }) } } }\n"
      + "sinks: { o: { use: drop, from: f } }\n"
    let parts = scalar.split(separator: "|", omittingEmptySubsequences: false)
    let says = try load(written).says
    #expect(says.count == 1, "\(scalar): \(says)")
    #expect(says[0].column == 56 + parts[0].unicodeScalars.count, "\(scalar): \(says)")
    #expect(says[0].length == parts[1].unicodeScalars.count, "\(scalar): \(says[0].length) \(says)")
  }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<Index>? { ranges(of: text).first }
}
