import Formats
import Testing

/// What RFC 8259 says is JSON (yes), is not (no), and leaves open (either): members of a record, as values, as names, as records.
@Suite struct JsonConformanceTests {
  /// A value, and how the encoder writes it when it was kept as it is; nil: as it came.
  struct Yes: Sendable, CustomTestStringConvertible {
    var value: String
    var written: String
    init(_ value: String, _ written: String? = nil) {
      self.value = value
      self.written = written ?? value
    }
    var testDescription: String { value.count > 60 ? "\(value.prefix(60))…" : value }
  }

  static let yes: [Yes] = [
    // Literals and containers.
    Yes("null"), Yes("true"), Yes("false"), Yes("[]"), Yes("{}"), Yes("[[]]"), Yes("[{}]"), Yes("{\"\":{}}"), Yes("\"\""),
    Yes("[null,true,false,0,\"\",[],{}]"), Yes("\t[\r1 , 2 ]", "[1,2]"), Yes("{ \"a\" : [ ] }", "{\"a\":[]}"),
    Yes("[" + String(repeating: "0,", count: 300) + "0]"),
    Yes("{\"b\":1,\"a\":{\"d\":2,\"c\":3}}", "{\"a\":{\"c\":3,\"d\":2},\"b\":1}"),
    Yes(String(repeating: "[", count: 15) + String(repeating: "]", count: 15)),
    // Names: empty, escaped, twice.
    Yes("{\"a\":1,\"a\":2}", "{\"a\":2}"), Yes("{\"a\":1,\"\\u0061\":2}", "{\"a\":2}"), Yes("{\"\\u0000\":1}"),
    Yes("{\"a\":{\"x\":1},\"b\":2,\"a\":[3]}", "{\"a\":[3],\"b\":2}"), Yes("{\"\\\"\\\\\":1}"), Yes("{\"é😀\":1}"),
    // Strings.
    Yes("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""),
    Yes("\"\\u0000\\u001f\\u007f\"", "\"\\u0000\\u001f\u{7f}\""),
    Yes("\"\\u00e9\\u20ac\"", "\"é€\""), Yes("\"\\uD83D\\uDE00\"", "\"😀\""), Yes("\"\\uDBFF\\uDFFF\"", "\"\u{10FFFF}\""),
    Yes("\"\\uFFFE\\uffff\"", "\"\u{FFFE}\u{FFFF}\""), Yes("\"\u{2028}\u{2029}\u{85}\u{FEFF}\""), Yes("\"a'b/c&#x22;\""),
    Yes("\"\\\\u0041\""), Yes("\"\\\\\\\\\""), Yes("\"\u{7f}\""), Yes("\"\(String(repeating: "x", count: 70_000))\""),
    // Integers of 64 bits, longer ones, and ones that nothing but text holds.
    Yes("0"), Yes("-0", "-0.0"), Yes("1"), Yes("-1"), Yes("127"), Yes("-128"), Yes("255"), Yes("65536"), Yes("2147483648"),
    Yes("9007199254740993"), Yes("9223372036854775807"), Yes("-9223372036854775808"), Yes("9223372036854775808"),
    Yes("18446744073709551615"), Yes("-18446744073709551616"), Yes("99999999999999999999999999999999999999"),
    Yes("100000000000000000000000000000000000000", "\"100000000000000000000000000000000000000\""),
    Yes(String(repeating: "7", count: 5000), "\"\(String(repeating: "7", count: 5000))\""),
    // Numbers with a point or an exponent: doubles where those say the same, else decimals, else text.
    Yes("0.0"), Yes("-0.0"), Yes("0e1", "0.0"), Yes("-0E-7", "-0.0"), Yes("1.0"), Yes("1.50", "1.5"), Yes("1e2", "100.0"),
    Yes("1E+2", "100.0"), Yes("12.5e-1", "1.25"), Yes("0.1"), Yes("0.30000000000000004"), Yes("1e22", "1e+22"),
    Yes("123456789.123456789"), Yes("5e-324"), Yes("1.7976931348623157e308", "1.7976931348623157e+308"),
    Yes("2.2250738585072014e-308"), Yes("1e23", "1e+23"), Yes("9007199254740993.0", "9007199254740993"),
    Yes("0.10000000000000001"),
    Yes("3.141592653589793238462643383279"), Yes("0.1000000000000000055511151231257827"),
    Yes("1.00000000000000000000000000000000000000", "1.0"), Yes("123456789012345678901234567890.5"),
    Yes(
      "-0.00000000000000000000000000000000000001234567890123456789",
      "\"-0.00000000000000000000000000000000000001234567890123456789\""),
    Yes("1e400", "\"1e400\""), Yes("-1e400", "\"-1e400\""), Yes("1e-400", "\"1e-400\""), Yes("0e999999999999", "0.0"),
    Yes("1e999999999999", "\"1e999999999999\""), Yes("2.4703282292062328e-324", "\"2.4703282292062328e-324\""),
    Yes("1.2345678901234567890e10", "12345678901.23456789"), Yes("1234567890123456789.0", "1234567890123456789"),
  ]

  @Test(arguments: yes) func `what is JSON is taken, with its value`(yes: Yes) throws {
    let input = "{\"v\":\(yes.value)}"
    let expected = "{\"v\":\(yes.written)}"
    // As the whole input, between others, behind a line that makes all be scanned line by line.
    #expect(try decode(input, plan(rest: true)).lines == [expected])
    let among = try decode("{}\n\(input)\r\n{}\n", plan(rest: true))
    #expect(among.lines == ["{}", expected, "{}"] && among.dead == [])
    let careful = try decode("\"\n\(input)\n", plan(rest: true))
    #expect(careful.lines == [expected])
    // In a column, and in a field that nobody reads.
    #expect(try decode(input, plan(.init("v", .variant))).lines == [yes.value == "null" ? "{\"v\":null}" : expected])
    #expect(try decode(input, plan()).dead == [])
    // Where the record's own bytes are written, nothing is another.
    var sink = EncodePlan()
    sink.verbatim = true
    #expect(try decode(input, plan { $0.verbatim = true }, encode: sink).lines == [input])
  }

  /// Records that are none; `\u{1}` to `\u{1f}` are themselves.
  static let no: [String] = [
    // Structure.
    "{", "}", "[", "]", "{]", "[}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,\"a\":1}",
    "{\"a\":1,,\"b\":2}", "{\"a\"}",
    "{\"a\",\"b\"}", "{\"a\":1 \"b\":2}", "{\"a\":1:2}", "{\"a\"::1}", "{:1}", "{1:1}", "{null:1}", "{[]:1}", "{\"a\":}",
    "{\"a\":1}}",
    "{\"a\":1}{", "{\"a\":1} {}", "{\"a\":1},", "{\"a\":1}x", "{\"a\":1}\"", "{\"a\":1}#", "{\"a\":1}//", "{\"a\":1/**/}",
    "{/*x*/\"a\":1}",
    "{\"a\":[}", "{\"a\":[1}", "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1,,2]}", "{\"a\":[1 2]}", "{\"a\":[1:2]}", "{\"a\":]}",
    "{\"a\":[1]]}",
    "{\"a\":{\"b\":1]}", "{\"a\":{}}}", "{\"a\":(1)}", "{a:1}", "{'a':1}", "{\"a\":'b'}", "{\"a\":`b`}", "{\"a\":b}", "<a/>",
    "{\"a\":<b>}",
    "\u{FEFF}{\"a\":1}", "{\"a\"\u{a0}:1}", "{\"a\":\u{2028}1}", "{\u{b}\"a\":1}", "{\"a\":1\u{c}}", "{\"a\":\u{0}1}", "\u{0}",
    "{\"a\":1}\u{0}",
    // Literals.
    "{\"a\":nul}", "{\"a\":nulll}", "{\"a\":NULL}", "{\"a\":True}", "{\"a\":tru}", "{\"a\":truefalse}", "{\"a\":fals}",
    "{\"a\":undefined}",
    "{\"a\":NaN}", "{\"a\":nan}", "{\"a\":Infinity}", "{\"a\":-Infinity}", "{\"a\":inf}", "{\"a\":true\"\"}", "{\"a\":null1}",
    // Numbers.
    "{\"a\":-}", "{\"a\":+1}", "{\"a\":01}", "{\"a\":-01}", "{\"a\":00}", "{\"a\":1.}", "{\"a\":.1}", "{\"a\":-.1}",
    "{\"a\":1.e1}", "{\"a\":1e}",
    "{\"a\":1e+}", "{\"a\":1e-}", "{\"a\":1e1.5}", "{\"a\":1ee1}", "{\"a\":1.2.3}", "{\"a\":0x1}", "{\"a\":0b1}",
    "{\"a\":1_000}", "{\"a\":1,000}",
    "{\"a\":1a}", "{\"a\":--1}", "{\"a\":-+1}", "{\"a\":1-}", "{\"a\":1/2}", "{\"a\":1\"}", "{\"a\":1 0}", "{\"a\":٣}",
    "{\"a\":1e٣}", "{\"a\":-foo}",
    "{\"a\":0.}", "{\"a\":0e}", "{\"a\":0.e}", "{\"a\":1E}", "{\"a\":$1}", "{\"a\":1f}", "{\"a\":1L}", "{\"a\":1n}",
    // Strings.
    "{\"a\":\"}", "{\"a\":\"b}", "{\"a\":b\"}", "{\"a\":\"b\"c\"}", "{\"a\":\"\\\"}", "{\"a\":\"\\a\"}", "{\"a\":\"\\x41\"}",
    "{\"a\":\"\\'\"}",
    "{\"a\":\"\\0\"}", "{\"a\":\"\\ \"}", "{\"a\":\"\\\u{1F600}\"}", "{\"a\":\"\\u\"}", "{\"a\":\"\\u1\"}", "{\"a\":\"\\u12\"}",
    "{\"a\":\"\\u123\"}",
    "{\"a\":\"\\u123g\"}", "{\"a\":\"\\u-123\"}", "{\"a\":\"\\U0041\"}", "{\"a\":\"\\u{41}\"}", "{\"a\":\"\t\"}",
    "{\"a\":\"\u{1}\"}", "{\"a\":\"\u{1f}\"}",
    "{\"a\":\"\u{0}\"}", "{\"a\":\"x\ry\"}", "{\"\t\":1}", "{\"\\x\":1}", "{\"a\\\":1}",
    // Half of a surrogate pair is no character (RFC 8259, section 8.2, leaves it open; UTF-8 cannot hold it).
    "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800x\"}", "{\"a\":\"\\ud800\\n\"}",
    "{\"a\":\"\\ud800\\ud800\"}",
    "{\"a\":\"\\udc00\\ud800\"}", "{\"a\":\"\\ud800\\u\"}", "{\"a\":\"\\ud83d\\ude0\"}", "{\"a\":\"\\uDFFF\"}",
    "{\"\\ud800\":1}",
    // Inside of what is skipped, or deep.
    "{\"a\":1,\"s\":[{\"t\":01}]}", "{\"a\":1,\"s\":{\"t\":\"\\x\"}}", "{\"a\":1,\"s\":[[[[\"\\ud800\"]]]]}",
    // JSON, but no object.
    "[]", "[{}]", "1", "-0", "\"x\"", "null", "true",
  ]

  @Test(arguments: no) func `what is not JSON is dead, and only that`(record: String) throws {
    for source in [plan(rest: true), plan(), plan(.init("a", .double), .init("s", .variant)), plan(.init("a", .string))] {
      let outcome = try decode("{\"g\":1}\n\(record)\n{\"g\":2}\n", source)
      #expect(outcome.lines.count == 2)
      #expect(outcome.dead.map(\.offset) == [8] && outcome.dead.allSatisfy { ["json", "object"].contains($0.code) })
      let last = try decode("{\"g\":1}\n\(record)", source)
      #expect(last.lines.count == 1 && last.dead.map(\.record) == [record])
    }
  }

  @Test func `garbage of any bytes is dead line by line`() throws {
    for byte in UInt8.min...UInt8.max where byte != 10 && byte != 13 && byte != 32 && byte != 9 {
      let input = Array("{\"g\":1}\n".utf8) + [byte, byte, byte, 10] + Array("{\"g\":2}\n".utf8)
      let outcome = try decode(input, plan(rest: true))
      #expect(outcome.lines.count == 2 && outcome.dead.map(\.offset) == [8], "byte \(byte)")
    }
  }

  @Test func `a record of eight mebibytes is taken in any shape`() throws {
    let size = 8 << 20
    let shapes: [(head: String, piece: String, tail: String)] = [
      ("{\"v\":\"", "x", "\"}"), ("{\"v\":\"", "\\\\", "\"}"), ("{\"v\":\"", "\\u00e9", "\"}"), ("{\"v\":0.", "1", "}"),
      ("{\"v\":1", "0", "}"), ("{\"v\":1", " ", "}"), ("{", " ", "\"v\":1}"),
    ]
    for (head, piece, tail) in shapes {
      let input = head + String(repeating: piece, count: (size - head.utf8.count - tail.utf8.count) / piece.utf8.count) + tail
      let skipped = try decode(Array((input + "\n{}").utf8), plan(), cuts: [1 << 20, 5 << 20])
      #expect(skipped.dead == [] && skipped.lines.count == 2, "\(head)\(piece)")
      let kept = try decode(input, plan(rest: true))
      #expect(kept.dead == [] && kept.lines.count == 1, "\(head)\(piece)")
    }
  }
}
