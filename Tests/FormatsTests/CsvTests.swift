import CTidemill
import Formats
import Frames
import TestSupport
import Testing

/// CSV into rows, into text again, and what is no record.
@Suite struct CsvTests {
  static func source(_ columns: RecordPlan.Column..., rest: Bool = true, change: (inout RecordPlan) -> Void = { _ in })
    -> RecordPlan
  { source(columns, rest: rest, change: change) }

  static func source(_ columns: [RecordPlan.Column], rest: Bool, change: (inout RecordPlan) -> Void = { _ in }) -> RecordPlan {
    var plan = RecordPlan()
    plan.format = .csv
    plan.columns = columns
    plan.rest = rest
    change(&plan)
    return plan
  }

  static let sink: EncodePlan = {
    var plan = EncodePlan()
    plan.format = .csv
    return plan
  }()

  @Test func `cells have the types of their columns, other cells are strings, and empty ones null`() throws {
    let columns = Self.source(
      .init("d", .double), .init("i", .int), .init("b", .bool), .init("t", .time), .init("s", .string), .init("x", .binary),
      .init("v", .variant))
    let outcome = try decode(
      "d,i,b,t,s,x,v,other\n2.50,7,TRUE,2026-01-01T01:00:00+01:00,a b,AAE=,1,z\n,,,,,,,\n\" 1e2 \",0, false ,1500,\"\",\"\",\"\",\"\"\n",
      columns)
    #expect(
      outcome.lines == [
        "{\"d\":2.5,\"i\":7,\"b\":true,\"t\":\"2026-01-01T00:00:00Z\",\"s\":\"a b\",\"x\":\"AAE=\",\"v\":\"1\",\"other\":\"z\"}",
        "{\"b\":null,\"d\":null,\"i\":null,\"other\":null,\"s\":null,\"t\":null,\"v\":null,\"x\":null}",
        "{\"d\":100.0,\"i\":0,\"b\":false,\"t\":\"1970-01-01T00:00:01.5Z\",\"s\":\"\",\"x\":\"\",\"v\":\"\",\"other\":\"\"}",
      ])
    #expect(outcome.dead == [] && outcome.mismatches == 0)
  }

  @Test(arguments: [
    ("double", "x"), ("double", "1,5"), ("double", "1.5.0"), ("double", "+1"), ("double", "0x10"), ("double", "1e400"),
    ("double", "NaN"), ("double", ".5"), ("double", "9007199254740993"), ("int", "1.0"), ("int", "1e3"), ("int", "007"),
    ("int", "9223372036854775808"), ("int", " "), ("bool", "1"), ("bool", "yes"), ("bool", "truex"), ("time", "yesterday"),
    ("time", "2026-01-01"), ("binary", "AAE"),
  ]) func `a cell of another type is a mismatch, or dead where the field is declared`(type: String, cell: String) throws {
    let type = try #require(RecordPlan.ColumnType(rawValue: type))
    let input = "a,v\n1,\"\(cell)\"\n2,\n"
    let loose = try decode(input, Self.source(.init("v", type)))
    #expect(loose.lines == ["{\"a\":\"1\",\"v\":\"\(cell)\"}", "{\"a\":\"2\",\"v\":null}"] && loose.mismatches == 1)
    let strict = try decode(input, Self.source(.init("v", type, declared: true)))
    #expect(strict.lines == ["{\"a\":\"2\",\"v\":null}"] && strict.mismatches == 0)
    #expect(
      strict.dead == [.init(offset: 4, code: "type", reason: "'v' is no \(type), at byte 3", record: "1,\"\(cell)\"")])
  }

  @Test func `an event time and a key come from cells`() throws {
    let columns = Self.source(
      .init("ts", .time, role: .eventTime), .init("k", .string, role: .key), rest: false, change: { $0.maxKeyBytes = 5 })
    let outcome = try decode(
      "k,ts\na,1700000000000\nb,2023-11-14T22:13:21Z\nc,\nd,soon\nf, 1e40\ng,1677-12-31T23:59:59Z\nsixsix,1\n\"e\",\" 1700000000002 \"",
      columns)
    #expect(
      outcome.lines == [
        "{\"ts\":1700000000000,\"k\":\"a\"}", "{\"ts\":\"2023-11-14T22:13:21Z\",\"k\":\"b\"}",
        "{\"ts\":1700000000002,\"k\":\"e\"}",
      ])
    #expect(outcome.dead.map(\.code) == ["time", "time", "time", "time", "key"])
    #expect(
      outcome.dead.map(\.reason) == [
        "there is no event time ('ts')",
        "the event time is neither a number nor an RFC 3339 time of 1678 to 2261 ('ts')",
        "the event time 1e40 ms is outside 1678 to 2261 ('ts')",
        "the event time 1677-12-31T23:59:59Z is outside 1678 to 2261 ('ts')", "the key is too long",
      ])
  }

  struct Record: Sendable, CustomTestStringConvertible {
    var text: String
    /// The fields `a` and `b`; nil: the record is dead.
    var cells: [String?]?
    var reason = ""
    init(_ text: String, _ cells: [String?]) {
      self.text = text
      self.cells = cells
    }
    init(_ text: String, dead reason: String) {
      self.text = text
      self.reason = reason
    }
    var testDescription: String { quoted(text) }
  }

  static let records: [Record] = [
    Record("1,2", ["1", "2"]), Record(",", [nil, nil]), Record("\"\",", ["", nil]), Record(" 1 ,\t", [" 1 ", "\t"]),
    Record("\"1\",\"2\"", ["1", "2"]), Record("\"a,b\",\"c\nd\"", ["a,b", "c\nd"]), Record("\"a\r\nb\",c", ["a\r\nb", "c"]),
    Record("\"\"\"\",\"\"\"x\"\"\"", ["\"", "\"x\""]), Record("\"\n\n\",\",\"", ["\n\n", ","]),
    Record("é😀,\u{0}", ["é😀", "\u{0}"]),
    Record("a\rb,c", dead: "a line end stands in a field without quotes, at byte 1"),
    Record("\"a\",b\rc", dead: "a line end stands in a field without quotes, at byte 5"),
    Record("\"a\rb\",c", ["a\rb", "c"]), Record("'a','b'", ["'a'", "'b'"]), Record("\\,\\n", ["\\", "\\n"]),
    Record("a \"b\",c", dead: "a quote stands in a field that does not begin with one, at byte 2"),
    Record("a,b\"", dead: "a quote stands in a field that does not begin with one, at byte 3"),
    Record("\"a\"b,c", dead: "something follows a closing quote, at byte 3"),
    Record("\"a\" ,c", dead: "something follows a closing quote, at byte 3"),
    Record("\"a\"\r,c", dead: "something follows a closing quote, at byte 3"),
    Record("a,\"b", dead: "a quote has no end, at byte 2"), Record("\"", dead: "a quote has no end, at byte 0"),
    Record("\"\"\"", dead: "a quote has no end, at byte 0"),
    Record("1", dead: "the record has 1 field for 2 columns"), Record("1,2,3", dead: "the record has 3 fields for 2 columns"),
    Record("1,\"2\",\"\"", dead: "the record has 3 fields for 2 columns"),
    Record(" ", dead: "the record has 1 field for 2 columns"),
  ]

  private func json(_ cells: [String?]) throws -> String {
    var line = ""
    for (name, cell) in zip(["a", "b"], cells) {
      line += (line.isEmpty ? "{" : ",") + "\"\(name)\":" + (cell.map { quoted($0) } ?? "null")
    }
    return line + "}"
  }

  @Test(arguments: records, ["\n", "\r\n"]) func `a record is read as RFC 4180 says, and the stream goes on`(
    record: Record, end: String
  ) throws {
    let good = "{\"a\":\"x\",\"b\":\"y\"}"
    // Behind a quote without an end the record's reason depends on the quotes that follow, so those tests stand last.
    for (before, after) in [("x,y\(end)", "\(end)x,y\(end)\(end)x,y"), ("", ""), ("x,y\(end)", end)] {
      if record.reason.hasPrefix("a quote has no end"), !after.isEmpty, after != end { continue }
      let input = "a,b\(end)" + before + record.text + after
      for cut in [0, 5, 7, 9, 11].filter({ $0 < input.utf8.count }) {
        let outcome = try decode(Array(input.utf8), Self.source(), cuts: [cut])
        var expected = before.isEmpty ? [] : [good]
        if let cells = record.cells { expected.append(try json(cells)) }
        if after.utf8.count > 2 { expected += [good, good] }
        #expect(outcome.lines == expected)
        #expect(outcome.dead.map(\.reason) == (record.cells == nil ? [record.reason] : []))
        #expect(outcome.dead.allSatisfy { $0.record == record.text && $0.offset == UInt64(("a,b" + end + before).utf8.count) })
      }
    }
  }

  @Test func `a record with broken quotes gives up one line, whatever stands behind it`() throws {
    let input = "a,b\n1,\"open\n2,x\n3,\"y\"\n\n\"k\",\"l\nm\"\n4,\"again\n5,z\n"
    for cut in 0...input.utf8.count {
      let outcome = try decode(Array(input.utf8), Self.source(), cuts: [cut])
      #expect(
        outcome.lines == [
          "{\"a\":\"2\",\"b\":\"x\"}", "{\"a\":\"3\",\"b\":\"y\"}", "{\"a\":\"k\",\"b\":\"l\\nm\"}",
          "{\"a\":\"5\",\"b\":\"z\"}",
        ])
      #expect(outcome.dead.map(\.record) == ["1,\"open", "4,\"again"] && outcome.dead.map(\.code) == ["csv", "csv"])
      #expect(outcome.blanks == 1)
    }
  }

  @Test func `a header row is as good as its names`() throws {
    #expect(
      try decode("\u{FEFF}\r\n\n\"a\"\"b\",\"c\nd\",\n1,2,3\n", Self.source()).lines == [
        "{\"\":\"3\",\"a\\\"b\":\"1\",\"c\\nd\":\"2\"}"
      ])
    // Of two columns with one name the last counts, in columns and in the rest.
    let twice = "a,v,a,v\n1,2,3,4\n"
    #expect(try decode(twice, Self.source(.init("v", .int))).lines == ["{\"v\":4,\"a\":\"3\"}"])
    let broken = try decode("a\"b,c\n1,2\n3,4\n", Self.source())
    #expect(broken.lines == [] && broken.dead.count == 3)
    #expect(
      Set(broken.dead.map(\.reason)) == [
        "the header row is broken: a quote stands in a field that does not begin with one, at byte 1"
      ])
    // Lines that end with CR alone are one line.
    for input in ["a,b\r1,2\r3,4\r", "a,b\r1,2\r3,4\r\n"] {
      let old = try decode(input, Self.source())
      let reason = "the header row is broken: a line end stands in a field without quotes, at byte 3"
      #expect(old.lines == [] && old.dead.map(\.reason) == [reason] && old.dead.map(\.code) == ["csv"])
    }
    let bytes = try decode(Array("a,".utf8) + [0xFF, 10] + Array("1,2\n".utf8), Self.source())
    #expect(bytes.dead.map(\.code) == ["csv", "csv"] && bytes.dead[1].reason == "the header row is not UTF-8")
    #expect(try decode("a,b\n", Self.source()) == Outcome())
  }

  @Test func `given columns need no header row, and one column has empty rows`() throws {
    let columns = Self.source(change: { $0.csv.columns = ["x", "y"] })
    #expect(try decode("1,2\n", columns).lines == ["{\"x\":\"1\",\"y\":\"2\"}"])
    let one = Self.source(change: { $0.csv.columns = ["x"] })
    #expect(try decode("1\n\n\"\"\n", one).lines == ["{\"x\":\"1\"}", "{\"x\":null}", "{\"x\":\"\"}"])
    #expect(try decode("x\n\n1", Self.source()).lines == ["{\"x\":null}", "{\"x\":\"1\"}"])
  }

  @Test func `each partition has its own header row`() throws {
    let decoder = try RecordDecoder(Self.source())
    var lines: [String] = []
    let encoder = RecordEncoder(EncodePlan())
    func feed(_ text: String, _ partition: UInt32, _ offset: UInt64) throws {
      var padded = Array(text.utf8)
      padded += [UInt8](repeating: 0, count: 64)
      padded.withUnsafeBytes { bytes in
        let step = decoder.decode(
          bytes.baseAddress!, length: text.utf8.count, readable: bytes.count, partition: partition, offset: offset,
          final: false,
          ingestTime: now)
        #expect(step.consumed == text.utf8.count)
      }
      guard decoder.rows > 0 else { return }
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: decoder.frameByteCount, alignment: 64)
      defer { memory.deallocate() }
      _ = decoder.writeFrame(into: memory.baseAddress!, capacity: memory.count, stream: partition, firstID: 0)
      var batch = tide_batch()
      batch.frame = try FrameValidator.validate(UnsafeRawBufferPointer(memory)).frame
      batch.count = batch.frame.pointee.rows
      lines.append(String(decoding: encoder.encode(&batch), as: UTF8.self))
    }
    try feed("a,b\n1,2\n", 1, 0)
    try feed("b,c\n3,4\n", 2, 0)
    try feed("5,6\n", 1, 8)
    try feed("7,8\n", 2, 8)
    // A number that is taken over begins anew; an input that is joined behind its header row has none.
    try feed("c\n9\n", 1, 0)
    try feed("10,11\n", 3, 100)
    #expect(decoder.deadRecords.map(\.code) == ["csv"] && decoder.deadRecords[0].reason.contains("give the names as 'columns'"))
    #expect(
      lines == [
        "{\"a\":\"1\",\"b\":\"2\"}\n", "{\"b\":\"3\",\"c\":\"4\"}\n", "{\"a\":\"5\",\"b\":\"6\"}\n",
        "{\"b\":\"7\",\"c\":\"8\"}\n", "{\"c\":\"9\"}\n",
      ])
  }

  @Test func `records have a limit, also where a quote has no end`() throws {
    let columns = Self.source(change: { $0.maxRecordBytes = 5000 })
    let fits = String(repeating: "x", count: 4998) + ",y"
    let over = String(repeating: "x", count: 4999) + ",y"
    let input = "a,b\n\(fits)\n\(over)\n1,2\n\"" + String(repeating: "long\n", count: 3000) + "\",3\n4,5\n"
    for step in [1000, 4096, 7001, 50_000] {
      let outcome = try decode(Array(input.utf8), columns, cuts: Array(stride(from: step, to: input.utf8.count, by: step)))
      #expect(outcome.lines.map(\.utf8.count) == [fits.utf8.count + 14, 17, 17], "steps of \(step)")
      #expect(outcome.dead[0].code == "record" && outcome.dead[0].record.utf8.count == 4096)
      // The quote takes in more than a record may have: its line is dead, and so is each line that is no record by itself.
      #expect(outcome.dead.dropFirst().map(\.code) == ["csv"] + Array(repeating: "fields", count: 2999) + ["csv"])
    }
  }

  @Test func `a field of eight mebibytes with line breaks is one value`() throws {
    let text = String(repeating: "0123456\n", count: 1 << 20).dropLast(20)
    let input = Array("a,b\n\"\(text)\",1\n2,3\n".utf8)
    let outcome = try decode(input, Self.source(rest: true), cuts: [9, 1 << 20, 5 << 20])
    #expect(outcome.dead == [] && outcome.lines.count == 2)
    #expect(outcome.lines[1] == "{\"a\":\"2\",\"b\":\"3\"}")
  }

  @Test func `what is not UTF-8 is dead alone`() throws {
    let input = Array("a,b\n1,2\n".utf8) + [0xC3, 0x28, 44, 10] + Array("3,4\n".utf8)
    let outcome = try decode(input, Self.source())
    #expect(outcome.lines.count == 2 && outcome.dead.map(\.code) == ["utf8"] && outcome.dead[0].offset == 8)
    #expect(outcome.dead[0].reason == "the record is not UTF-8, at byte 0")
  }

  // MARK: Writing

  private func written(_ json: String, _ columns: [RecordPlan.Column] = [], change: (inout EncodePlan) -> Void = { _ in })
    throws
    -> String
  {
    var source = RecordPlan()
    source.columns = columns
    source.rest = true
    var sink = Self.sink
    change(&sink)
    return try decode(json, source, encode: sink).lines.joined(separator: "\n")
  }

  @Test func `columns come first, then the rest by name, and quotes stand where they must`() throws {
    let text = try written(
      """
      {"z":1,"v":2.50,"a":"x,y","b":"say \\"no\\"","c":"two\\nlines"}
      {"v":1e300,"a":"","b":null,"c":" plain ","z":[1,{"k":"v"}]}
      {"a":true,"b":"\\r","c":"\\ufeffx"}
      """, [.init("v", .double)])
    #expect(
      text == """
        v,a,b,c,z
        2.5,"x,y","say ""no""\","two
        lines",1
        1e+300,"",, plain ,"[1,{""k"":""v""}]"
        ,true,"\r","\u{FEFF}x",
        """)
  }

  @Test func `the sink's columns and delimiter hold for all rows`() throws {
    let text = try written("{\"a\":1,\"b\":\"x;y\",\"c\":3}\n{\"b\":\"p,q\"}") {
      $0.csv.columns = ["b", "none", "a"]
      $0.csv.delimiter = UInt8(ascii: ";")
    }
    #expect(text == "b;none;a\n\"x;y\";;1\np,q;;")
  }

  @Test func `a field that is no column refuses its row`() throws {
    let encoder = RecordEncoder(Self.sink)
    var refused: [String] = []
    var text = ""
    for line in ["{\"a\":1}\n{\"b\":2}\n", "{\"a\":3,\"c\":4}\n{\"a\":5,\"c\":null}\n{}\n"] {
      try decode(Array(line.utf8), plan(rest: true)) { frame in
        var batch = tide_batch()
        batch.frame = frame.frame
        batch.count = UInt32(frame.rows)
        text += String(decoding: encoder.encode(&batch), as: UTF8.self)
        encoder.forEachRefused { row, reason in refused.append("\(row): \(reason)") }
      }
    }
    #expect(text == "a,b\n1,\n,2\n5,\n,\n")
    #expect(refused == ["0: 'c' is none of the columns of this CSV, which its first rows have set"])
  }

  @Test func `another file has the header row again, a continued one has not`() throws {
    let encoder = RecordEncoder(Self.sink)
    var texts: [String] = []
    try decode(Array("{\"a\":1}".utf8), plan(rest: true)) { frame in
      var batch = tide_batch()
      batch.frame = frame.frame
      batch.count = 1
      for continued in [nil, nil, false, true] as [Bool?] {
        if let continued { encoder.begin(continued: continued) }
        texts.append(String(decoding: encoder.encode(&batch), as: UTF8.self))
      }
    }
    #expect(texts == ["a\n1\n", "1\n", "a\n1\n", "1\n"])
  }

  @Test func `records that leave unchanged are written from their bytes, under their header row`() throws {
    var sink = Self.sink
    sink.verbatim = true
    let columns = Self.source(.init("v", .double), rest: false, change: { $0.verbatim = true })
    let input = "b,\"v\",a\n\"1\",2.50,x\r\n,1e2,\"p\nq\"\n"
    #expect(try decode(input, columns, encode: sink).lines.joined(separator: "\n") == "b,v,a\n\"1\",2.50,x\n,1e2,\"p\nq\"")
    // Records of another header row take their places under the first.
    let encoder = RecordEncoder(sink)
    var text = ""
    var refused = 0
    for file in ["a,b\n1,\"x \"\n", "c,b,a\n,2,3\n,\"\",\n4,5,6\n", "a\n7\n"] {
      try decode(Array(file.utf8), Self.source(rest: false, change: { $0.verbatim = true })) { frame in
        var batch = tide_batch()
        batch.frame = frame.frame
        batch.count = UInt32(frame.rows)
        text += String(decoding: encoder.encode(&batch), as: UTF8.self)
        encoder.forEachRefused { row, reason in
          refused += 1
          #expect(row == 2 && reason.hasPrefix("'c' is none of the columns"))
        }
      }
    }
    #expect(text == "a,b\n1,\"x \"\n3,2\n,\"\"\n7,\n" && refused == 1)
  }
}

/// A text as JSON, escaped as the encoder does.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{8}": result += "\\b"
    case "\u{c}": result += "\\f"
    case _ where scalar.value < 0x20:
      let hex = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
