import TestSupport
import Testing

/// `tidemill eval --cases`: one answer for each case, whatever a line holds.
struct EvalCaseTests {
  private static func answers(_ lines: [String], _ options: String...) throws -> [String] {
    let result = try Tidemill.run(["eval", "--cases", "-"] + options, input: lines.joined(separator: "\n") + "\n")
    #expect(result.exitCode == 0, "\(result.errors)")
    return result.output.split(separator: "\n").map(String.init)
  }

  /// Values that come back as they are written.
  static let values = [
    #"{"type":"null","value":null}"#, #"{"type":"bool","value":true}"#, #"{"type":"int","value":-9223372036854775808}"#,
    #"{"type":"uint","value":18446744073709551615}"#, #"{"type":"double","value":1.0}"#, #"{"type":"double","value":5e-324}"#,
    #"{"type":"double","value":"NaN"}"#, #"{"type":"double","value":"-Infinity"}"#, #"{"type":"string","value":"é😀\n\u0000"}"#,
    #"{"type":"bytes","value":"AP/+"}"#, #"{"type":"timestamp","value":"2026-01-01T00:00:00.000000001Z"}"#,
    #"{"type":"duration","value":"-1.500s"}"#, #"{"type":"type","value":"google.protobuf.Timestamp"}"#,
    #"{"type":"list","value":[{"type":"int","value":1},{"type":"list","value":[]}]}"#,
    #"{"type":"map","value":[{"key":{"type":"uint","value":1},"value":{"type":"null","value":null}}]}"#,
    #"{"type":"optional","value":null}"#, #"{"type":"optional","value":{"type":"string","value":""}}"#,
    #"{"type":"net.IP","value":"10.0.0.1"}"#, #"{"type":"net.CIDR","value":"2001:db8::/32"}"#,
  ]

  @Test func `every value comes back as it was given`() throws {
    let cases = Self.values.map { #"{"expr":"x","bindings":{"x":\#($0)}}"# }
    #expect(try Self.answers(cases) == Self.values)
  }

  @Test func `values may be given in shorter forms`() throws {
    let forms = [
      (#"{"type":"int","value":"-7"}"#, #"{"type":"int","value":-7}"#),
      (#"{"type":"uint","value":"18446744073709551615"}"#, #"{"type":"uint","value":18446744073709551615}"#),
      (#"{"type":"double","value":1}"#, #"{"type":"double","value":1.0}"#),
      (#"{"type":"double","value":0.1000000000000000055}"#, #"{"type":"double","value":0.1}"#),
      (#"{"type":"null_type"}"#, #"{"type":"null","value":null}"#),
      (#"{"type":"google.protobuf.Duration","value":"90m"}"#, #"{"type":"duration","value":"5400s"}"#),
      (
        #"{"type":"list","value":[1,2.5,"a",null,[true]]}"#,
        #"{"type":"list","value":[{"type":"int","value":1},{"type":"double","value":2.5},{"type":"string","value":"a"},"#
          + #"{"type":"null","value":null},{"type":"list","value":[{"type":"bool","value":true}]}]}"#
      ),
      (
        #"{"type":"map","value":{"b":1,"a":{"type":"uint","value":2}}}"#,
        #"{"type":"map","value":[{"key":{"type":"string","value":"a"},"value":{"type":"uint","value":2}},"#
          + #"{"key":{"type":"string","value":"b"},"value":{"type":"int","value":1}}]}"#
      ),
    ]
    let cases = forms.map { #"{"expr":"x","bindings":{"x":\#($0.0)}}"# }
    #expect(try Self.answers(cases) == forms.map(\.1))
  }

  @Test func `a bad line is answered with an error, and the next ones as ever`() throws {
    let bad = [
      "no json", "[1]", "{}", #"{"expr":1}"#, #"{"expr":"1","exp":"2"}"#, #"{"expr":"x","bindings":{"x":1}}"#,
      #"{"expr":"x","bindings":{"x":{"type":"int"}}}"#, #"{"expr":"x","bindings":{"x":{"type":"integer","value":1}}}"#,
      #"{"expr":"x","bindings":{"x":{"type":"int","value":1.5}}}"#,
      #"{"expr":"x","bindings":{"x":{"type":"uint","value":-1}}}"#,
      #"{"expr":"x","bindings":{"x":{"type":"bytes","value":"?"}}}"#,
      #"{"expr":"x","bindings":{"x":{"type":"timestamp","value":"today"}}}"#,
      #"{"expr":"x","bindings":{"x":{"type":"map","value":[{"key":1,"value":1},{"key":1,"value":2}]}}}"#,
      #"{"expr":"x","bindings":{"x":{"type":"map","value":[{"key":{"type":"double","value":1},"value":1}]}}}"#,
      #"{"expr":"x","types":{"x":"lst(int)"}}"#, #"{"expr":"1","check":"no"}"#, #"{"expr":"1 +"}"#, #"{"expr":"1 / 0"}"#,
      #"{"expr":"nobody"}"#, #"{"expr":"'a' + 1"}"#, "{\"expr\":\"\u{0}\"}",
    ]
    let good = #"{"expr":"1 + 1"}"#
    let answers = try Self.answers(bad.flatMap { [$0, "", good] })
    try #require(answers.count == 2 * bad.count, "\(answers)")
    for (index, line) in bad.enumerated() {
      #expect(answers[2 * index].hasPrefix(#"{"error":""#), "\(line): \(answers[2 * index])")
      #expect(answers[2 * index + 1] == #"{"type":"int","value":2}"#)
    }
  }

  @Test func `a case chooses container, types, checking and strictness`() throws {
    let answers = try Self.answers([
      #"{"expr":"1 + 1.5"}"#, #"{"expr":"1 + 1.5","strict":true}"#, #"{"expr":"x.y == 1 || true","check":false}"#,
      #"{"expr":"'a' == 1 || nobody"}"#, #"{"expr":"[1, 'a'] == 'b' || true","check":true}"#,
      #"{"expr":"y","container":"a.b","bindings":{"a.y":{"type":"int","value":1}}}"#,
      #"{"expr":"[x]","types":{"x":"timestamp"},"deduce":true}"#, #"{"expr":"[1]","deduce":true}"#,
    ])
    #expect(answers[0] == #"{"type":"double","value":2.5}"#)
    #expect(answers[1].hasPrefix(#"{"error""#) && answers[2] == #"{"type":"bool","value":true}"#)
    #expect(answers[3].hasPrefix(#"{"error""#) && answers[4].hasPrefix(#"{"error""#))
    #expect(answers[5] == #"{"type":"int","value":1}"#)
    #expect(answers[6].hasPrefix(#"{"error""#) && answers[6].hasSuffix(#""deduced":"list(timestamp)"}"#))
    #expect(answers[7] == #"{"type":"list","value":[{"type":"int","value":1}],"deduced":"list(int)"}"#)
    #expect(try Self.answers([#"{"expr":"1 + 1.5"}"#, #"{"expr":"1 + 1.5","strict":false}"#], "--strict")[1] == answers[0])
  }
}
