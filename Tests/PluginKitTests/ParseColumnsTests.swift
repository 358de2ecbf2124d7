import Frames
import PluginKit
import PluginManifest
import TestSupport
import Testing

/// What `parse` does with the rest of a row, with rows it cannot parse, and with frames of any size.
@Suite struct ParseColumns {
  private static let keys: [UInt8] = [0x11, 3, 0, 1, 2, 3, 0x61, 0x62, 0x7A]
  /// {"a": 1, "z": "old"} over these keys.
  private static let object: [UInt8] = [0x02, 2, 0, 2, 0, 2, 6] + [0x0C, 1] + [0x0D, 0x6F, 0x6C, 0x64]

  /// Rows with fields beside the text, among them one with a role, a decimal and a rest.
  private func frame(_ texts: [String?]) throws -> OwnedFrame {
    try TestSupport.frame(rows: texts.count) {
      _ = try $0.addColumn("", .int, role: .id, nullable: false)
      _ = try $0.addColumn("line", .string)
      _ = try $0.addColumn("host", .string)
      _ = try $0.addColumn("n", .int)
      _ = try $0.addColumn("key", .string, role: .key)
      _ = try $0.addColumn("v", .variant)
      _ = try $0.addColumn("", .variant, role: .rest)
      let builder = $0
      for column in [5, 6] { Self.keys.withUnsafeBytes { builder.setKeys(column, metadata: $0) } }
    } row: { builder, row in
      builder.put(0, Int64(row))
      if let text = texts[row] { builder.put(1, text) }
      builder.put(2, "h\(row)")
      builder.put(3, Int64(row) * 10)
      builder.put(4, "k")
      Self.object.withUnsafeBytes {
        builder.put(5, variant: $0)
        if row != 1 { builder.put(6, variant: $0) }
      }
    }
  }

  private static let untouched = #"n=0i key="k" v={a:1i,z:"old"}"#

  @Test func `what a text says stands over what the row had, and the rest stays`() throws {
    let rows = try ParseRows("json").rows(
      frame([
        #"{"host":"new","a":2,"b":[{"c":1}]}"#, #"{"n":7,"key":"ignored"}"#, #"{"n":"text","v":5,"z":null}"#, "{}", nil, "x",
      ]))
    #expect(
      rows == [
        #"host="new" n=0i key="k" v={a:1i,z:"old"} {a:2i,b:[{c:1i}],z:"old"}"#,
        #"host="h1" n=7i key="k" v={a:1i,z:"old"} {key:"ignored"}"#,
        #"host="h2" key="k" v=5i {a:1i,n:"text",z:null}"#,
        #"host="h3" n=30i key="k" v={a:1i,z:"old"} {a:1i,z:"old"}"#,
        "!'line' is no text", "!'line' cannot be parsed: it is no object, at byte 0",
      ])
  }

  @Test func `rows that cannot be parsed go on as they are when they are to be kept`() throws {
    let parse = try ParseRows("json", [("on_error", .string("keep")), ("fields", ParseRows.types(("n", "int"), ("q", "int")))])
    let rows = try parse.rows(frame(["x", #"{"n":1,"q":2}"#, #"{"host":"lost","n":"wrong"}"#, nil]))
    #expect(
      rows == [
        #"host="h0" n=0i key="k" v={a:1i,z:"old"} {a:1i,z:"old"}"#, #"host="h1" n=1i key="k" v={a:1i,z:"old"} q=2i"#,
        #"host="h2" n=20i key="k" v={a:1i,z:"old"} {a:1i,z:"old"}"#,
        #"host="h3" n=30i key="k" v={a:1i,z:"old"} {a:1i,z:"old"}"#,
      ])
    #expect(parse.bench.commits.count == 1)
  }

  @Test func `a prefix keeps the fields apart`() throws {
    let parse = try ParseRows("json", [("prefix", .string("log.")), ("fields", ParseRows.types(("n", "int")))])
    let rows = try parse.rows(frame([#"{"host":"new","n":5,"z":1}"#]))
    #expect(rows == [#"host="h0" n=0i key="k" v={a:1i,z:"old"} {a:1i,log.host:"new",log.z:1i,z:"old"} log.n=5i"#])
  }

  @Test func `fields that nodes further down name are columns, and what does not fit stays in the rest`() throws {
    let parse = try ParseRows("json", [("named", ParseRows.types(("q", "double"), ("any", "variant"), ("s", "string")))])
    #expect(
      try parse.rows([#"{"q":1,"any":[1],"s":"x"}"#, #"{"q":"one","s":2}"#]) == [
        #"q=1.0d any=[1i] s="x""#, #"{q:"one",s:2i}"#,
      ])
    let pattern: [(String, ConfigValue)] = [
      ("pattern", .string("(?P<q>\\S+) (?P<s>.*)")),
      ("named", ParseRows.types(("q", "int"), ("s", "variant"), ("other", "int"))),
    ]
    #expect(try ParseRows("regex", pattern).rows(["1 a", "x b"]) == [#"q=1i s="a""#, #"s="b" {q:"x"}"#])
  }

  /// The text alone in a field that a text may name, too.
  private func messages(_ texts: [String]) throws -> OwnedFrame {
    try TestSupport.frame(rows: texts.count) {
      _ = try $0.addColumn("", .int, role: .id, nullable: false)
      _ = try $0.addColumn("message", .string)
    } row: { builder, row in
      builder.put(0, Int64(row))
      builder.put(1, texts[row])
    }
  }

  @Test func `the text is left out when it is to be removed, but for rows that are kept`() throws {
    let texts = try messages([#"{"message":"inner","a":1}"#, #"{"a":2}"#, "x"])
    func parse(_ options: (String, ConfigValue)...) throws -> ParseRows {
      try ParseRows("json", [("field", .string("message"))] + options)
    }
    let refused = "!'message' cannot be parsed: it is no object, at byte 0"
    #expect(try parse().rows(texts) == [#"message="inner" {a:1i}"#, #"message="{"a":2}" {a:2i}"#, refused])
    #expect(try parse(("remove", .bool(true))).rows(texts) == [#"message="inner" {a:1i}"#, "{a:2i}", refused])
    #expect(
      try parse(("remove", .bool(true)), ("on_error", .string("keep"))).rows(texts) == [
        #"message="inner" {a:1i}"#, "{a:2i}", #"message="x""#,
      ])
    let pattern = ("pattern", ConfigValue.string("^(?P<n>[0-9]+)$"))
    let regex = try ParseRows("regex", [("field", .string("message")), ("remove", .bool(true)), pattern])
    #expect(
      try regex.rows(messages(["1", "x"])) == [#"n="1""#, "!'message' cannot be parsed: the pattern does not match, at byte 0"])
    let kept = try ParseRows(
      "regex", [("field", .string("message")), ("remove", .bool(true)), pattern, ("on_error", .string("keep"))])
    #expect(try kept.rows(messages(["1", "x"])) == [#"n="1""#, #"message="x""#])
  }

  @Test func `a time may become the event time of rows without one`() throws {
    let options: [(String, ConfigValue)] = [("fields", ParseRows.types(("at", "time"))), ("time", .string("at"))]
    let parse = try ParseRows("json", options)
    let rows = try parse.rows([#"{"at":5000}"#, #"{"x":1}"#, #"{"at":2000}"#, #"{"at":null}"#])
    #expect(rows == ["at=5t", "!'line' says no time for 'at'", "at=2t", "!'line' says no time for 'at'"])
    let view = FrameView(try #require(parse.bench.passed.first).frame.pointer)
    #expect(view.eventTimeRange == 2_000_000_000...5_000_000_000)
    let timed = try TestSupport.frame(rows: 1) {
      _ = try $0.addColumn("ts", .time, role: .eventTime)
      _ = try $0.addColumn("line", .string)
    } row: { builder, _ in
      builder.put(0, time: 1)
      builder.put(1, "{}")
    }
    let failure = #expect(throws: PluginBench.Failure.self) { try parse.instance.process(timed.pointer) }
    #expect(failure?.text == "the rows have an event time already, 'ts'; remove the option 'time'")
  }

  @Test func `rows are the same whatever frames they come in`() throws {
    let seed: UInt64 = 0x9A25_0001
    var random = SplitMix(seed: seed)
    let names = ["a", "b", "key with blanks", "é", "nested", "n"]
    var texts: [String?] = (0..<3000).map { _ in
      if random.below(12) == 0 { return random.below(2) == 0 ? nil : "broken {" }
      let members = (0..<random.below(6)).map { _ -> String in
        let name = random.below(9) == 0 ? "name-\(random.below(400))" : names[random.below(names.count)]
        let values = [
          "1", "-2.5", "\"x\\n\(random.below(50))\"", "null", "true", "[1,{\"in\":\"\(random.below(5))\"}]",
          "{\"z\":1,\"a\":{}}",
        ]
        return "\"\(name)\":\(values[random.below(values.count)])"
      }
      return "{\(members.joined(separator: ","))}"
    }
    texts[7] = texts[8]
    let options: [(String, ConfigValue)] = [("named", ParseRows.types(("n", "int"), ("nested", "variant")))]
    let expected = try texts.flatMap { try ParseRows("json", options).rows([$0]) }
    for size in [1, 7, 300, 3000] {
      let parse = try ParseRows("json", options)
      var found: [String] = []
      for start in stride(from: 0, to: texts.count, by: size) {
        found += try parse.rows(Array(texts[start..<min(start + size, texts.count)]), dictionary: size % 2 == 0)
      }
      #expect(found == expected, "seed \(seed), frames of \(size)")
    }
  }

  @Test func `selected rows alone are parsed`() throws {
    let parse = try ParseRows("key_value")
    let frame = try frame(["a=1", "a=2", "broken", "b=4"])
    let rows = try parse.rows(frame, selection: [1, 3])
    #expect(
      rows == [
        #"host="h1" n=10i key="k" v={a:1i,z:"old"} {a:"2"}"#, #"host="h3" n=30i key="k" v={a:1i,z:"old"} {a:1i,b:"4",z:"old"}"#,
      ])
    #expect(parse.bench.rejects.isEmpty)
  }

  @Test func `a mebibyte is parsed, and what has no room in a frame is refused alone`() throws {
    let long = String(repeating: "x", count: 1 << 20)
    let parse = try ParseRows("json")
    // 3 MB of elements that take nine bytes each as variants, twelve of them.
    let grows = "[" + String(repeating: "[" + String(repeating: "2147483648,", count: 60_000) + "0],", count: 25) + "0]"
    let many = "[" + String(repeating: "0,", count: 65_536) + "0]"
    let doubles = "{" + String(repeating: "\"a\":1,\"b\":[2],", count: 60_000) + "\"a\":3}"
    #expect(try parse.rows([doubles]) == ["{a:3i,b:[2i]}"])
    let rows = try parse.rows([
      #"{"a":"\#(long)"}"#, #"{"a":"\#(long)\n"}"#, #"{"a":\#(grows)}"#, #"{"a":\#(many)}"#, #"{"a":1}"#,
    ])
    #expect(rows[0] == #"{a:"\#(long)"}"# && rows[1] == "{a:\"\(long)\n\"}" && rows[4] == "{a:1i}")
    #expect(rows[2] == "!what 'line' becomes has no room in a frame")
    #expect(rows[3] == "!'line' has an object or array with more than 65536 members")
    let quotes = String(repeating: "\"", count: 1 << 20)
    #expect(try ParseRows("key_value").rows(["a=\(quotes)x"])[0].hasPrefix("!"))
    #expect(
      try ParseRows("csv", [("columns", .list([.string("a")]))]).rows(["\"\(quotes)\""]) == [
        "a=\"\(String(quotes.dropLast(1 << 19)))\""
      ])
    #expect(
      try ParseRows("syslog").rows(["<34>1 - - - - - \(String(repeating: "[a b=\"\u{1}\"]", count: 100_000))"])[0].hasPrefix(
        #"facility="auth""#))
  }

  @Test func `random bytes of every format are parsed or refused`() throws {
    let seed: UInt64 = 0x9A25_0002
    var random = SplitMix(seed: seed)
    let seeds: [(ParseRows, String)] = [
      (try ParseRows("json"), #"{"a":[1,2.5e3,"x\u00e9\n"],"b":{"c":null}}"#),
      (try ParseRows("csv", [("columns", .list([.string("a"), .string("b")]))]), #""x ""y""",z"#),
      (try ParseRows("key_value"), #"a=1 b="x \" y" c"#),
      (try ParseRows("syslog"), #"<165>1 2003-08-24T05:14:15.000003-07:00 h a 1 - [e i="3\]"][p@1] m"#),
      (try ParseRows("syslog"), "<34>Oct 11 22:14:15 mymachine su[1]: 'su root' failed"),
      (try ParseRows("access"), #"h - f [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2 "r\"" "a""#),
      (
        try ParseRows(
          "regex", [("pattern", .string("(?P<a>x*)(?P<b>[0-9.]+)?")), ("fields", ParseRows.types(("b", "double")))]), "xx12.5"
      ),
    ]
    for (parse, text) in seeds {
      let texts = (0..<1500).map { _ -> String in
        var bytes = Array(text.utf8)
        for _ in 0..<1 + random.below(4) {
          guard !bytes.isEmpty else { break }
          let at = random.below(bytes.count)
          switch random.below(4) {
          case 0: bytes.remove(at: at)
          case 1: bytes.insert(UInt8(random.below(128)), at: at)
          case 2: bytes.removeLast(bytes.count - at)
          default: bytes[at] = bytes[random.below(bytes.count)]
          }
        }
        return String(decoding: bytes, as: UTF8.self)
      }
      let rows = try parse.rows(texts)
      #expect(rows.count == texts.count, "seed \(seed)")
      let refused = rows.filter { $0.hasPrefix("!") }.count
      #expect(refused > 0 || text.hasPrefix("xx"), "seed \(seed): \(text)")
    }
  }

  @Test(arguments: [
    ("json", "pattern", ConfigValue.string("x"), "pattern", "'pattern' goes with `format: regex`"),
    ("csv", "remove", .bool(false), "format", "the format csv needs the names of its columns; write columns: [a, b]"),
    ("regex", "remove", .bool(false), "format", "the format regex needs a pattern; write pattern: '(?P<name>...)'"),
    ("regex", "pattern", .string("("), "pattern", "'pattern' is no regular expression: missing ): ("),
    ("regex", "pattern", .string("(a)"), "pattern", #"the pattern has no group with a name, such as (?P<status>\d+)"#),
    ("csv", "delimiter", .string(";;"), "delimiter", "'delimiter' is one character of ASCII, and no quote"),
    ("csv", "columns", .list([.string("a"), .string("a")]), "columns[1]", "two columns are named 'a'"),
    ("key_value", "separator", .string(""), "separator", "'separator' is empty; leave it out for ="),
    (
      "access", "fields", .map([.init("stauts", .string("int"))]), "fields.stauts",
      "this format makes no 'stauts'; it makes client, identity, user, timestamp, method, path, protocol, request, status, size, referrer, agent"
    ),
    ("json", "time", .string("at"), "time", "'at' is no field of type time; write fields: { at: time }"),
    ("json", "time_zone", .string("CET"), "time_zone", "'CET' is no offset from UTC such as +02:00"),
    (
      "json", "time_format", .string("iso"), "time_format",
      "'iso' is none of rfc3339, s, ms, us, ns, syslog, access, and no pattern such as %Y-%m-%d %H:%M:%S"
    ),
    ("json", "time_format", .string("%Y-%Q"), "time_format", "'%Q' is no part of a time that can be read"),
    ("json", "time_format", .string("%H:%M"), "time_format", "a time needs a day: %d, %j or %s"),
  ]) func `options that cannot work are refused with their place`(
    format: String, option: String, value: ConfigValue, path: String, text: String
  ) throws {
    let failure = #expect(throws: PluginBench.Failure.self) { try ParseRows(format, [(option, value)]) }
    #expect(failure == .init(code: TIDE_E_CONFIG, text: text, configPath: path))
  }
}
