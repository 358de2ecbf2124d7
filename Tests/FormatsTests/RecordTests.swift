import Formats
import Frames
import Testing

/// Which bytes are records, and which records are dead.
@Suite struct RecordTests {
  let four = plan(
    .init("ts", .time, role: .eventTime), .init("source", .string, role: .key), .init("value", .double),
    .init("quality", .string))

  struct Bad: Sendable, CustomTestStringConvertible {
    var record: String
    var code: String
    var reason: String
    init(_ record: String, _ code: String, _ reason: String) {
      self.record = record
      self.code = code
      self.reason = reason
    }
    var testDescription: String { record.count > 60 ? "\(record.prefix(60))..." : record }
  }

  static let bad: [Bad] = [
    Bad("{", "json", "the record ends too early, at byte 1"),
    Bad("{\"v\"", "json", "the record ends too early, at byte 4"),
    Bad("{\"v\":", "json", "the record ends too early, at byte 5"),
    Bad("{\"v\":1", "json", "the record ends too early, at byte 6"),
    Bad("{\"v\":1,", "json", "the record ends too early, at byte 7"),
    Bad("{\"v\":[", "json", "the record ends too early, at byte 6"),
    Bad("{\"v\":[1", "json", "the record ends too early, at byte 7"),
    Bad("{\"v\":{\"a\":", "json", "the record ends too early, at byte 10"),
    Bad("{\"v\":1,}", "json", "a field's name in quotes was expected, at byte 7"),
    Bad("{,}", "json", "a field's name in quotes was expected, at byte 1"),
    Bad("{\"v\" 1}", "json", "':' was expected, at byte 5"),
    Bad("{\"v\"::1}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":1 \"w\":2}", "json", "',' or '}' was expected, at byte 7"),
    Bad("{v:1}", "json", "a field's name in quotes was expected, at byte 1"),
    Bad("{'v':1}", "json", "a field's name in quotes was expected, at byte 1"),
    Bad("{\"v\":1}}", "json", "something follows the record, at byte 7"),
    Bad("{\"v\":1}{\"v\":2}", "json", "something follows the record, at byte 7"),
    Bad("{\"v\":1} x", "json", "something follows the record, at byte 8"),
    Bad("{\"v\":01}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":-}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":+1}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":.5}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":1.}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":1.e3}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":1e}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":1e+}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":1x}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":1\"x\"}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":0x10}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":NaN}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":Infinity}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":\u{c}1}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":tru}", "json", "a value was expected, at byte 5"),
    Bad("{\"v\":truee}", "json", "a value was expected, at byte 5"),
    Bad("{\"v\":nul}", "json", "a value was expected, at byte 5"),
    Bad("{\"v\":false\"x\"}", "json", "a value was expected, at byte 5"),
    Bad("{\"v\":TRUE}", "json", "a malformed number, at byte 5"),
    Bad("{\"v\":\"a\"b\"}", "json", "a string has no end, at byte 9"),
    Bad("{\"v\":\"a}", "json", "a string has no end, at byte 5"),
    Bad("{\"v\":\"a\\\"}", "json", "a string has no end, at byte 5"),
    Bad("{\"v\":\"a\tb\"}", "json", "a control character stands in a string, at byte 7"),
    Bad("{\"v\":\"é\\\\\\\"\tb\"}", "json", "a control character stands in a string, at byte 12"),
    Bad("{\"v\":\"a\\\tb\"}", "json", "a control character stands in a string, at byte 8"),
    Bad("{\"v\":\"\u{0}\"}", "json", "a control character stands in a string, at byte 6"),
    Bad("{\"v\":\"\\x\"}", "json", "a malformed escape in a string, at byte 5"),
    Bad("{\"v\":\"\\u12g4\"}", "json", "a malformed escape in a string, at byte 5"),
    Bad("{\"v\":\"\\u12\"}", "json", "a malformed escape in a string, at byte 5"),
    Bad("{\"v\":\"\\ud800\"}", "json", "a malformed escape in a string, at byte 5"),
    Bad("{\"v\":\"\\ud800\\u0041\"}", "json", "a malformed escape in a string, at byte 5"),
    Bad("{\"v\":\"\\udc00\"}", "json", "a malformed escape in a string, at byte 5"),
    Bad("{\"\\q\":1}", "json", "a malformed escape in a string, at byte 1"),
    Bad("{\"w\":{\"\\q\":1}}", "json", "a malformed escape in a string, at byte 6"),
    Bad("{\"w\":[1,]}", "json", "a malformed number, at byte 8"),
    Bad("{\"w\":[,1]}", "json", "a malformed number, at byte 6"),
    Bad("{\"w\":[1 2]}", "json", "',' or ']' was expected, at byte 8"),
    Bad("{\"w\":[1}", "json", "',' or ']' was expected, at byte 7"),
    Bad("{\"w\":{\"a\":1]}", "json", "',' or '}' was expected, at byte 11"),
    Bad("\\", "json", "a malformed number, at byte 0"),
    Bad("{\\\"v\":1}", "json", "a string has no end, at byte 4"),
    Bad("hello", "json", "a malformed number, at byte 0"),
    Bad("[1]", "object", "a record is an object, at byte 0"),
    Bad("\"x\"", "object", "a record is an object, at byte 0"),
    Bad("17", "object", "a record is an object, at byte 0"),
    Bad("null", "object", "a record is an object, at byte 0"),
    Bad(String(repeating: "[", count: 100_000), "json", "the record ends too early, at byte 100000"),
    Bad(String(repeating: "[", count: 70) + String(repeating: "]", count: 70), "object", "a record is an object, at byte 0"),
  ]

  @Test(arguments: bad, [false, true]) func `a bad record goes to dead and the stream goes on`(bad: Bad, rest: Bool) throws {
    let columns = plan(.init("v", .double), rest: rest)
    let good = "{\"v\":1}\n"
    let outcome = try decode(good + bad.record + "\n" + good + good, columns)
    #expect(outcome.lines == ["{\"v\":1.0}", "{\"v\":1.0}", "{\"v\":1.0}"])
    #expect(outcome.dead == [.init(offset: 8, code: bad.code, reason: bad.reason, record: bad.record)])
    // As the last record, without a line end.
    let last = try decode(good + bad.record, columns)
    #expect(last.dead == outcome.dead)
    #expect(last.lines.count == 1)
    // Alone, and behind a line that makes all be scanned line by line.
    let careful = try decode("\"\n" + bad.record + "\n" + good, columns)
    #expect(careful.dead.last.map { [$0.code, $0.reason] } == [bad.code, bad.reason] && careful.lines.count == 1)
  }

  @Test func `what is not UTF-8 goes to dead`() throws {
    let sequences: [[UInt8]] = [
      [0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
    ]
    for bytes in sequences {
      for format in [RecordPlan.Format.json, .text] {
        let input = Array("{\"a\":\"".utf8) + bytes + Array("\"}\n{\"a\":\"b\"}\n".utf8)
        let outcome = try decode(input, plan(rest: true) { $0.format = format })
        #expect(outcome.dead.map(\.code) == ["utf8"] && outcome.dead[0].offset == 0)
        #expect(outcome.dead.map(\.reason) == ["the record is not UTF-8, at byte 6"])
        #expect(outcome.lines.count == 1)
      }
    }
  }

  @Test func `blank lines are skipped and counted`() throws {
    let outcome = try decode("\n\r\n  \t\n{}\n\n{}", plan())
    #expect(outcome.lines == ["{}", "{}"] && outcome.blanks == 4 && outcome.dead == [])
  }

  @Test func `a byte order mark is passed over once, at offset 0, however the bytes arrive`() throws {
    let input = [0xEF, 0xBB, 0xBF] + Array("{\"v\":1}\n{\"v\":2}\n".utf8)
    for step in 1...input.count {
      let outcome = try decode(input, plan(.init("v", .int)), cuts: Array(stride(from: step, to: input.count, by: step)))
      #expect(outcome.lines.count == 2 && outcome.dead == [], "steps of \(step)")
    }
    let alone = try decode([0xEF, 0xBB, 0xBF] as [UInt8], plan())
    #expect(alone.lines == [] && alone.dead == [])
    let twice = try decode([0xEF, 0xBB, 0xBF] + input, plan())
    #expect(twice.lines.count == 1 && twice.dead.map(\.offset) == [3])
  }

  @Test func `line ends may be CR LF and a byte order mark may come first`() throws {
    let input = [0xEF, 0xBB, 0xBF] + Array("{\"v\":1}\r\n {\"v\":2}\r\n{\"v\":3}".utf8)
    let outcome = try decode(input, plan(.init("v", .int)) { $0.verbatim = true }) { frame in
      #expect(
        (0..<frame.rows).map { String(decoding: frame.verbatim($0)!, as: UTF8.self) } == [
          "{\"v\":1}", " {\"v\":2}", "{\"v\":3}",
        ])
    }
    #expect(outcome.lines.count == 3 && outcome.dead == [])
    let dead = try decode([0xEF, 0xBB, 0xBF] + Array("x\r\ny\n".utf8), plan())
    #expect(dead.dead.map(\.offset) == [3, 6] && dead.dead.map(\.record) == ["x", "y"])
  }

  @Test func `white space may stand between all tokens`() throws {
    let outcome = try decode(
      " {\t\"v\" : 1 , \"w\" : [ 1 , { \"a\" : \" x \" } , [ ] , { } ] }\r \r\n", plan(.init("v", .int), rest: true))
    #expect(outcome.lines == ["{\"v\":1,\"w\":[1,{\"a\":\" x \"},[],{}]}"])
  }

  @Test(arguments: [false, true]) func `records up to the limit are taken`(rest: Bool) throws {
    let columns = plan(.init("v", .string), rest: rest) { $0.maxRecordBytes = 100 }
    for ending in ["\n", "\r\n", ""] {
      let fits = "{\"v\":\"" + String(repeating: "x", count: 92) + "\"}"
      let over = "{\"v\":\"" + String(repeating: "x", count: 93) + "\"}"
      #expect(fits.utf8.count == 100)
      let outcome = try decode("\(fits)\n\(over)\n{}\n\(over)\(ending)", columns)
      #expect(outcome.lines == [fits, "{}"])
      #expect(outcome.dead.map(\.offset) == [101, 206] && outcome.dead.map(\.code) == ["record", "record"])
      #expect(outcome.dead.map(\.record) == [over, over])
    }
  }

  @Test func `a record of eight mebibytes is taken and a longer one is not`() throws {
    let size = 8 << 20
    let fits = Array("{\"v\":\"".utf8) + [UInt8](repeating: 120, count: size - 8) + Array("\"}".utf8)
    let over = Array("{\"v\":\"".utf8) + [UInt8](repeating: 121, count: size - 7) + Array("\"}".utf8)
    let input = fits + [10] + over + [10] + over + [10] + Array("{\"v\":\"z\"}\n".utf8)
    let outcome = try decode(input, plan(.init("v", .string)), cuts: [100, size, size + 5, 2 * size + 8, 2 * size + 9])
    #expect(outcome.lines.map(\.utf8.count) == [size, 9])
    #expect(outcome.dead.map(\.offset) == [UInt64(size + 1), UInt64(2 * size + 3)])
    #expect(outcome.dead.allSatisfy { $0.code == "record" && $0.record == String(decoding: over[..<4096], as: UTF8.self) })
  }

  @Test func `a record that no frame can hold goes to dead`() throws {
    // Every element of the arrays takes five bytes in a frame and two in the record.
    let array = "[" + String(repeating: "1,", count: 65_535) + "1]"
    let wide = "{\"a\":[" + Array(repeating: array, count: 60).joined(separator: ",") + "]}"
    let long = "{\"a\":[" + String(repeating: "1,", count: 65_536) + "1]}"
    let outcome = try decode("{\"a\":1}\n\(wide)\n{\"a\":\(array)}\n\(long)\n{\"a\":2}\n", plan(rest: true))
    #expect(outcome.dead.map(\.code) == ["frame", "frame"])
    #expect(outcome.lines.map(\.utf8.count) == [7, 6 + array.utf8.count, 7])
  }

  @Test func `names and keys have a limit`() throws {
    let columns = plan(.init("k", .string, role: .key), rest: true) { $0.maxKeyBytes = 20 }
    let twenty = String(repeating: "n", count: 20)
    let outcome = try decode(
      "{\"\(twenty)\":1}\n{\"\(twenty)n\":1}\n{\"k\":\"\(twenty)\"}\n{\"k\":\"\(twenty)n\"}\n{\"a\":[{\"\(twenty)n\":1}]}\n",
      columns)
    #expect(outcome.lines.count == 2)
    #expect(outcome.dead.map(\.code) == ["key", "key", "key"])
    #expect(
      outcome.dead.map(\.reason) == [
        "a field's name is too long, at byte 1", "the key is too long, at byte 5", "a field's name is too long, at byte 7",
      ])
  }

  @Test func `a dead record leaves nothing behind`() throws {
    let columns = plan(.init("a", .bool), .init("s", .string), .init("w", .variant), rest: true)
    var input = ""
    var expected: [String] = []
    for i in 0..<600 {
      input += "{\"a\":true,\"s\":\"dead\(i)\",\"w\":[\(i)],\"x\(i)\":\"gone\",\"y\":}\n"
      if i % 3 == 0 {
        input += "{\"s\":\"s\(i)\",\"x\":\(i)}\n"
        expected.append("{\"s\":\"s\(i)\",\"x\":\(i)}")
      } else {
        input += "{}\n"
        expected.append("{}")
      }
    }
    let outcome = try decode(input, columns) { frame in
      let text = String(decoding: frame.bytes, as: UTF8.self)
      #expect(!text.contains("dead") && !text.contains("gone"))
    }
    #expect(outcome.lines == expected)
    #expect(outcome.dead.count == 600)
  }

  @Test func `the same input cut anywhere gives the same rows and the same dead records`() throws {
    let input = Array(
      """
      \u{FEFF}{"ts":1700000000000,"source":"a","value":1.5,"quality":"good","more":{"x":[1,2,{"y":"é😀"}]}}\r
      {"ts":"2023-11-14T22:13:21Z","source":"b","value":12345678,"quality":null}

      {"ts":1700000000002,"source":"c","value":"\\ud83d\\ude00","qual\\u0069ty":"esc"}
      {"ts":1700000000003,"source":"d","value":1,"broken":"
      {"ts":1700000000004,"source":"
      not json
      {"source":"without time"}
      {"ts":1700000000005,"source":"\(String(repeating: "long ", count: 30))"}
      {"ts":1700000000006,"source":"f","value":-0.25}
      """.utf8)
    var columns = four
    columns.rest = true
    columns.maxRecordBytes = 120
    let whole = try decode(input, columns)
    #expect(whole.lines.count == 4 && whole.dead.count == 5 && whole.blanks == 1 && whole.mismatches == 1)
    for cut in 0...input.count {
      for padding in [0, 64] {
        let pieces = try decode(input, columns, cuts: [cut], padding: padding)
        #expect(pieces == whole, "cut at \(cut), \(padding) bytes behind it")
      }
    }
    #expect(try decode(input, columns, cuts: Array(0..<input.count)) == whole)
    columns.rowsPerFrame = 1
    for cut in stride(from: 0, through: input.count, by: 7) { #expect(try decode(input, columns, cuts: [cut]) == whole) }
  }

  @Test func `text is cut anywhere too`() throws {
    let input = Array("one\r\n\ntwo é😀\nthree\r\r\n".utf8) + [0xC3, 10] + Array("last".utf8)
    let columns = plan(.init("message", .string)) { $0.format = .text }
    let whole = try decode(input, columns)
    #expect(whole.lines == ["one", "two é😀", "three\\r", "last"].map { "{\"message\":\"\($0)\"}" })
    #expect(whole.blanks == 1 && whole.dead.map(\.code) == ["utf8"])
    for cut in 0...input.count { #expect(try decode(input, columns, cuts: [cut]) == whole) }
  }

  @Test func `thousands of dead records are handed over in parts`() throws {
    let outcome = try decode(String(repeating: "x\n{}\n", count: 5000), plan())
    #expect(outcome.dead.count == 5000 && outcome.lines.count == 5000)
    #expect(outcome.dead.map(\.offset) == (0..<5000).map { UInt64($0 * 5) })
  }
}
