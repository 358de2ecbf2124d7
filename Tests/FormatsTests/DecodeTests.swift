import Formats
import Frames
import Testing

@Suite struct DecodeTests {
  let value = RecordPlan.Column("v", .double)

  /// One field `v` of a type, its value as JSON, and what is written for it; nil: the value is no such thing and stays in the rest.
  struct Cast: Sendable, CustomTestStringConvertible {
    var type: RecordPlan.ColumnType
    var value: String
    var written: String?
    init(_ type: RecordPlan.ColumnType, _ value: String, _ written: String?) {
      self.type = type
      self.value = value
      self.written = written
    }
    var testDescription: String { "\(value) as \(type)" }
  }

  static let casts: [Cast] = [
    Cast(.bool, "true", "true"), Cast(.bool, "false", "false"), Cast(.bool, "1", nil), Cast(.bool, "\"true\"", nil),
    Cast(.int, "0", "0"), Cast(.int, "9223372036854775807", "9223372036854775807"),
    Cast(.int, "-9223372036854775808", "-9223372036854775808"), Cast(.int, "9223372036854775808", nil),
    Cast(.int, "-9223372036854775809", nil), Cast(.int, "18446744073709551616", nil),
    Cast(.int, "10000000000000000000000000000000000000000", nil), Cast(.int, "1.0", nil), Cast(.int, "1e3", nil),
    Cast(.int, "\"1\"", nil), Cast(.int, "true", nil), Cast(.int, "[1]", nil),
    Cast(.double, "0", "0.0"), Cast(.double, "-0", "-0.0"), Cast(.double, "-0.0", "-0.0"), Cast(.double, "1", "1.0"),
    Cast(.double, "1.5", "1.5"), Cast(.double, "-12.34", "-12.34"), Cast(.double, "100000", "100000.0"),
    Cast(.double, "1e15", "1000000000000000.0"), Cast(.double, "1E+16", "1e+16"), Cast(.double, "1e22", "1e+22"),
    Cast(.double, "0.0001", "0.0001"), Cast(.double, "1e-5", "1e-05"), Cast(.double, "123456.789e-3", "123.456789"),
    Cast(.double, "0.1", "0.1"), Cast(.double, "0.30000000000000004", "0.30000000000000004"),
    Cast(.double, "999999999.9999", "999999999.9999"), Cast(.double, "1.7976931348623157e308", "1.7976931348623157e+308"),
    Cast(.double, "1.7976931348623159e308", nil), Cast(.double, "1e309", nil), Cast(.double, "-1e400", nil),
    Cast(.double, "1e-400", "0.0"), Cast(.double, "-1e-400", "-0.0"), Cast(.double, "0e999999999999", "0.0"),
    Cast(.double, "4.9e-324", "5e-324"), Cast(.double, "2.4703282292062328e-324", "5e-324"),
    Cast(.double, "2.4703282292062327e-324", "0.0"), Cast(.double, "2.2250738585072011e-308", "2.225073858507201e-308"),
    Cast(.double, "2.2250738585072014e-308", "2.2250738585072014e-308"),
    Cast(.double, "9007199254740992", "9007199254740992.0"), Cast(.double, "9007199254740993", nil),
    Cast(.double, "9007199254740994", "9007199254740994.0"), Cast(.double, "9007199254740993.0", "9007199254740992.0"),
    Cast(.double, "-9007199254740993", nil), Cast(.double, "18446744073709551615", nil),
    Cast(.double, "18446744073709551616", "1.8446744073709552e+19"), Cast(.double, "100000000000000000000", "1e+20"),
    Cast(.double, "100000000000000000001", nil), Cast(.double, "\"1.5\"", nil), Cast(.double, "{}", nil),
    // Halfway between two doubles, and a digit more.
    Cast(.double, "9007199254740993.00000000000000000000000000000000000001", "9007199254740994.0"),
    Cast(.double, "0.500000000000000166533453693773481063544750213623046875", "0.5000000000000002"),
    Cast(.string, "\"\"", "\"\""), Cast(.string, "\"a\\u0000b\"", "\"a\\u0000b\""),
    Cast(.string, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""),
    Cast(.string, "\"\\u00e9\\u20AC\\ud83d\\ude00\"", "\"é€😀\""), Cast(.string, "\"\\u001f\u{7f}\"", "\"\\u001f\u{7f}\""),
    Cast(
      .string, "\"é€😀 and thirty more bytes, to pass the whole word copies\"",
      "\"é€😀 and thirty more bytes, to pass the whole word copies\""),
    Cast(.string, "1", nil), Cast(.string, "null ", ""),
    Cast(.binary, "\"\"", "\"\""), Cast(.binary, "\"AA==\"", "\"AA==\""), Cast(.binary, "\"AAE=\"", "\"AAE=\""),
    Cast(.binary, "\"+/+/\"", "\"+/+/\""), Cast(.binary, "\"AB==\"", nil), Cast(.binary, "\"AAE\"", nil),
    Cast(.binary, "\"A===\"", nil), Cast(.binary, "\"A-==\"", nil), Cast(.binary, "\"=AAA\"", nil), Cast(.binary, "3", nil),
    Cast(.variant, "[1,{\"b\":2,\"a\":[]},\"x\",null,-1.5]", "[1,{\"a\":[],\"b\":2},\"x\",null,-1.5]"),
    Cast(.variant, "null", "null"),
  ]

  @Test func `a declared column of integers takes -0 for 0, another leaves it as it is`() throws {
    let line = "{\"v\":-0}\n"
    let declared = try decode(line, plan(.init("v", .int, declared: true), rest: true))
    #expect(declared.dead == [] && declared.lines == ["{\"v\":0}"])
    #expect(try decode(line, plan(.init("v", .int), rest: true)).lines == ["{\"v\":-0.0}"])
  }

  @Test(arguments: casts) func `a value becomes its column's type or stays in the rest`(cast: Cast) throws {
    let outcome = try decode("{\"v\":\(cast.value)}\n", plan(.init("v", cast.type), rest: true)) { frame in
      #expect(frame.column(named: "v")!.isValid(0) == (cast.written != nil && cast.written != ""))
    }
    #expect(outcome.dead == [])
    #expect(outcome.mismatches == (cast.written == nil ? 1 : 0))
    guard let written = cast.written, written != "" else { return }
    #expect(outcome.lines == ["{\"v\":\(written)}"])
  }

  @Test(arguments: casts) func `a declared column sends what cannot be cast to dead`(cast: Cast) throws {
    let outcome = try decode("{\"v\":\(cast.value)}\n", plan(.init("v", cast.type, declared: true), rest: true))
    #expect(outcome.dead.map(\.code) == (cast.written == nil ? ["type"] : []))
    #expect(outcome.mismatches == 0)
    if cast.written == nil { #expect(outcome.dead[0].reason.hasPrefix("'v' is no \(cast.type), at byte 5")) }
  }

  @Test func `without a rest a value of another type is null and counted`() throws {
    let outcome = try decode("{\"v\":\"x\",\"w\":1}\n{\"v\":2}", plan(value))
    #expect(outcome.lines == ["{}", "{\"v\":2.0}"])
    #expect(outcome.mismatches == 1)
  }

  @Test func `absent and null stay distinct`() throws {
    let outcome = try decode("{\"a\":1}\n{\"v\":null,\"a\":2}\n{\"v\":1}\n", plan(value, rest: true)) { frame in
      #expect(frame.column(named: "v")!.nullCount == 2)
    }
    #expect(outcome.lines == ["{\"a\":1}", "{\"a\":2,\"v\":null}", "{\"v\":1.0}"])
  }

  @Test(arguments: [
    ("{\"v\":1,\"v\":2}", "{\"v\":2.0}"), ("{\"v\":1,\"v\":\"x\"}", "{\"v\":\"x\"}"), ("{\"v\":\"x\",\"v\":1}", "{\"v\":1.0}"),
    ("{\"v\":null,\"v\":1}", "{\"v\":1.0}"), ("{\"v\":1,\"v\":null}", "{\"v\":null}"),
    ("{\"v\":1,\"v\":null,\"v\":3}", "{\"v\":3.0}"),
    ("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"), ("{\"a\":{\"x\":1,\"x\":[2]}}", "{\"a\":{\"x\":[2]}}"),
    ("{\"a\":{\"x\":1,\"y\":2,\"x\":[2],\"y\":\"long\",\"x\":0}}", "{\"a\":{\"x\":0,\"y\":\"long\"}}"),
    ("{\"s\":\"one\",\"s\":\"two\"}", "{\"s\":\"two\"}"), ("{\"\\u0073\":\"one\",\"s\":\"two\"}", "{\"s\":\"two\"}"),
  ]) func `of a field that comes twice the last value stays`(input: String, written: String) throws {
    let columns = plan(value, .init("s", .string), rest: true)
    // Behind other rows too, where dictionaries and names are known.
    let outcome = try decode("\(input)\n{\"v\":9}\n\(input)\n", columns)
    #expect(outcome.lines == [written, "{\"v\":9.0}", written])
    #expect(outcome.dead == [])
  }

  @Test func `a declared mismatch that a later value of the field replaces is none`() throws {
    let outcome = try decode("{\"v\":\"x\",\"v\":1}\n{\"v\":1,\"v\":[]}", plan(.init("v", .double, declared: true)))
    #expect(outcome.lines == ["{\"v\":1.0}"])
    #expect(outcome.dead.map(\.offset) == [16])
  }

  @Test func `integers of the rest keep all digits`() throws {
    let big = "12345678901234567890123456789012345678"
    let input =
      "{\"a\":[127,-128,128,-32768,32768,-2147483648,2147483648,-9223372036854775808,9223372036854775808,-\(big),\(big)9,1e400,1.5]}"
    let outcome = try decode(input, plan(rest: true))
    #expect(
      outcome.lines == [input.replacing("\(big)9", with: "\"\(big)9\"").replacing("1e400", with: "\"1e400\"")])
  }

  @Test func `the rest is written in the order of its names' bytes`() throws {
    let input = "{\"b\":1,\"a\":2,\"Z\":3,\"ab\":4,\"\":5,\"é\":6}\n{\"c\":{\"b\":1,\"aa\":2,\"a\":3}}\n"
    #expect(
      try decode(input, plan(rest: true)).lines == [
        "{\"\":5,\"Z\":3,\"a\":2,\"ab\":4,\"b\":1,\"é\":6}", "{\"c\":{\"a\":3,\"aa\":2,\"b\":1}}",
      ])
  }

  @Test func `names that come and go between frames stay right`() throws {
    var input = ""
    var expected: [String] = []
    for i in 0..<3000 {
      // 700 names, more than one byte numbers, in an order that is never theirs.
      let name = "n\((i &* 7919) % 700)"
      input += "{\"z\":{\"\(name)\":[{\"k\(i % 3)\":\(i)}]},\"\(name)\":\(i),\"v\":1}\n"
      expected.append("{\"v\":1.0,\"\(name)\":\(i),\"z\":{\"\(name)\":[{\"k\(i % 3)\":\(i)}]}}")
    }
    #expect(try decode(input, plan(value, rest: true)).lines == expected)
  }

  @Test func `strings are a dictionary until too many differ`() throws {
    var few = ""
    var many = ""
    for i in 0..<1000 {
      few += "{\"s\":\"s\(i % 10)\"}\n"
      many += i % 5 == 0 ? "{}\n" : "{\"s\":\"s\(i)\"}\n"
    }
    let columns = plan(.init("s", .string))
    var encodings: [ColumnEncoding?] = []
    let a = try decode(few, columns) { encodings.append($0.column(named: "s")!.encoding) }
    let b = try decode(many, columns) { encodings.append($0.column(named: "s")!.encoding) }
    let none = try decode("{}\n{\"s\":null}\n", columns) { encodings.append($0.column(named: "s")!.encoding) }
    #expect(encodings == [.dictionary, .flat, .flat])
    #expect(a.lines.count == 1000 && a.lines[999] == "{\"s\":\"s9\"}")
    #expect(b.lines.count == 1000 && b.lines[999] == "{\"s\":\"s999\"}" && b.lines[995] == "{}")
    #expect(none.lines == ["{}", "{}"])
  }

  @Test func `a frame ends at its rows or bytes`() throws {
    let input = String(repeating: "{\"s\":\"0123456789\"}\n", count: 100)
    let byRows = try decode(input, plan(.init("s", .string)) { $0.rowsPerFrame = 30 })
    #expect(byRows.frames == [30, 30, 30, 10])
    let byBytes = try decode(
      input,
      plan(.init("s", .string)) {
        $0.verbatim = true
        $0.bytesPerFrame = 600
      })
    #expect(byBytes.frames.count > 3 && byBytes.frames.reduce(0, +) == 100)
    #expect(Set(byBytes.frames.dropLast()).count == 1)
  }

  @Test func `ids and the ingest time are the host's columns`() throws {
    let input = String(repeating: "{}\n", count: 2000)
    var next: Int64 = 0
    try decode(Array(input.utf8), plan()) { frame in
      let id = frame.column(role: .id)!
      #expect(id.type == .int && id.encoding == .sequence && id.name == "" && !id.isNullable)
      for row in 0..<frame.rows { #expect(id.int(row) == next + Int64(row)) }
      next += Int64(frame.rows)
      let ingest = frame.column(role: .ingestTime)!
      #expect(ingest.encoding == .constant && ingest.time(frame.rows - 1) == now && ingest.name == "")
    }
    #expect(next == 2000)
  }

  @Test func `a field with the role id replaces the host's`() throws {
    try decode(Array("{\"n\":\"x7\"}".utf8), plan(.init("n", .string, role: .id))) { frame in
      #expect(frame.column(role: .id)!.string(0) == "x7" && frame.columnCount == 2)
    }
  }

  @Test func `plans that cannot work are refused with the reason`() {
    func message(_ plan: RecordPlan) -> String? {
      do { _ = try RecordDecoder(plan) } catch { return "\(error)" }
      return nil
    }
    #expect(message(plan(value, value)) == "a column is named twice")
    #expect(message(plan(.init("", .int))) == "a column's name has 1 to 255 bytes")
    #expect(message(plan(.init("t", .int, role: .eventTime))) == "the event time is of type time")
    #expect(message(plan(.init("a", .int, role: .key), .init("b", .int, role: .key))) == "two columns have one role")
    #expect(message(plan(value) { $0.rowsPerFrame = 0 }) == "a frame has 1 to 65536 rows")
    #expect(message(plan(value) { $0.maxDepth = 65 }) == "values that are kept nest 1 to 64 deep")
    #expect(message(plan(value)) == nil)
  }
}
