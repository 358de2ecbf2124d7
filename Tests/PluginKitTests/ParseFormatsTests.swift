import PluginManifest
import Testing

/// The formats of `parse`, text by text.
@Suite struct ParseFormats {
  @Test(arguments: [
    (#"{"a":1,"b":"x","c":true,"d":null,"e":2.5}"#, #"{a:1i,b:"x",c:true,d:null,e:2.5d}"#),
    (#" { "a" : [ 1 , {"x":"y"} , [] ] , "o" : { } } "#, #"{a:[1i,{x:"y"},[]],o:{}}"#),
    (#"{"a":1,"b":2,"a":3}"#, "{a:3i,b:2i}"),
    (#"{"o":{"k":1,"z":0,"k":"two"}}"#, #"{o:{k:"two",z:0i}}"#),
    (#"{"t":"q\"b\\s\/n\nu\u00e9\ud83d\ude00"}"#, "{t:\"q\"b\\s/n\nué😀\"}"),
    (#"{"k\u0041":1}"#, "{kA:1i}"),
    (#"{"":1}"#, "{:1i}"),
    ("{}", ""),
    (
      #"{"n":[127,128,-32769,2147483648,9223372036854775807,-9223372036854775808]}"#,
      "{n:[127i,128i,-32769i,2147483648i,9223372036854775807i,-9223372036854775808i]}"
    ),
    (
      #"{"n":[9223372036854775808,18446744073709551616,0.1000000000000000055]}"#,
      "{n:[9223372036854775808e-0,18446744073709551616e-0,1000000000000000055e-19]}"
    ),
    (
      #"{"n":[1.0,-0,1e2,1e-7,1.7976931348623157e308,1e400,0.1]}"#,
      #"{n:[1.0d,-0.0d,100.0d,1e-07d,1.7976931348623157e+308d,"1e400",0.1d]}"#
    ),
  ]) func `members of objects are fields, exactly`(text: String, row: String) throws {
    #expect(try ParseRows("json").rows([text]) == [row])
  }

  @Test(arguments: [
    ("", "it is no object, at byte 0"), ("[1]", "it is no object, at byte 0"), ("7", "it is no object, at byte 0"),
    ("{\"a\":1", "it ends too early, at byte 6"), ("{\"a\"", "a colon is missing, at byte 4"),
    ("{\"a\":}", "a value is missing, at byte 5"), ("{\"a\":1 \"b\":2}", "a comma is missing, at byte 7"),
    ("{a:1}", "a member has no name in quotes, at byte 1"), ("{\"a\":1,}", "a member has no name in quotes, at byte 7"),
    ("{\"a\":01}", "a value is missing, at byte 5"), ("{\"a\":1.}", "a value is missing, at byte 5"),
    ("{\"a\":tru}", "a value is missing, at byte 5"), ("{\"a\":NaN}", "a value is missing, at byte 5"),
    ("{\"a\":\"x}", "a string does not end, at byte 8"), ("{\"a\":\"\\", "a string does not end, at byte 6"),
    ("{\"a\":\"\\x\"}", "an escape is unknown, at byte 6"), ("{\"a\":\"\\u12\"}", "an escape is unknown, at byte 6"),
    ("{\"a\":\"\\ud800\"}", "half of a surrogate pair stands alone, at byte 6"),
    ("{\"a\":\"\\udc00\"}", "half of a surrogate pair stands alone, at byte 6"),
    ("{\"a\":\"\u{1}\"}", "a control character stands in a string, at byte 6"),
    ("{} x", "something stands behind the object, at byte 3"), ("{\"a\":[1,]}", "a value is missing, at byte 8"),
    ("{\"a\":{\"b\" 1}}", "a colon is missing, at byte 10"),
  ]) func `what is no object is refused, with the place`(text: String, reason: String) throws {
    #expect(try ParseRows("json").rows([text]) == ["!'line' cannot be parsed: \(reason)"])
  }

  @Test func `json nests 64 deep, and no deeper`() throws {
    func nested(_ depth: Int) -> String {
      "{\"a\":" + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
    }
    let rows = try ParseRows("json").rows([nested(64), nested(65), nested(500_000)])
    #expect(rows[0].hasPrefix("{a:[[["))
    #expect(rows[1] == "!'line' cannot be parsed: it is nested deeper than 64, at byte 68")
    #expect(rows[2] == rows[1])
  }

  @Test(arguments: [
    ("1,2,3", #"a="1" b="2" c="3""#), ("1,,", #"a="1""#), (",\"\",", #"b="""#), (" 1 , 2,x", #"a=" 1 " b=" 2" c="x""#),
    ("\"a,b\",\"say \"\"x\"\"\",\"line\nend\"", "a=\"a,b\" b=\"say \"x\"\" c=\"line\nend\""),
    ("1,2", "!fewer fields than there are columns, at byte 3"), ("1,2,3,4", "!more fields than there are columns, at byte 6"),
    ("1,\"x,3", "!quote is not closed, at byte 2"), ("1,\"x\"y,3", "!something stands behind a closing quote, at byte 5"),
    ("1,x\"y,3", "!a quote stands in a field without quotes around it, at byte 3"),
    ("", "!fewer fields than there are columns, at byte 0"), ("\"\"\"", "!quote is not closed, at byte 0"),
  ]) func `csv has the columns that are given`(text: String, row: String) throws {
    let columns = ConfigValue.list([.string("a"), .string("b"), .string("c")])
    let found = try ParseRows("csv", [("columns", columns)]).rows([text])[0]
    if row.hasPrefix("!") {
      #expect(found.hasPrefix("!'line' cannot") && found.hasSuffix(row.dropFirst()))
    } else {
      #expect(found == row)
    }
  }

  @Test func `csv takes another delimiter`() throws {
    let columns = ConfigValue.list([.string("a"), .string("b")])
    let rows = try ParseRows("csv", [("columns", columns), ("delimiter", .string("\t"))]).rows(["x,y\tz"])
    #expect(rows == [#"a="x,y" b="z""#])
  }

  @Test(arguments: [
    ("level=info msg=\"it began\" n=7", #"{level:"info",msg:"it began",n:"7"}"#),
    ("  a=1   b=  c=x=y ", #"{a:"1",b:"",c:"x=y"}"#), ("flag a=1", #"{a:"1",flag:true}"#),
    (#"m="a \"q\" \\ \n \d" x=1"#, "{m:\"a \"q\" \\ \n \\d\",x:\"1\"}"), (#""a b"=1"#, #"{a b:"1"}"#),
    ("a=1 a=2", #"{a:"2"}"#), ("é=ü", #"{é:"ü"}"#),
    ("no pairs here", "!it has no name with a value, at byte 0"), ("", "!it has no name with a value, at byte 0"),
    ("a=1 =2", "!a value has no name, at byte 4"), ("a=\"x", "!a quote is not closed, at byte 2"),
    ("a=\"x\"y", "!something stands behind a closing quote, at byte 5"), ("a=\"x\\\"", "!a quote is not closed, at byte 2"),
  ]) func `pairs of names and values are fields`(text: String, row: String) throws {
    let found = try ParseRows("key_value").rows([text])[0]
    #expect(found == (row.hasPrefix("!") ? "!'line' cannot be parsed: \(row.dropFirst())" : row))
  }

  @Test func `pairs may have other separators`() throws {
    let options: [(String, ConfigValue)] = [("delimiter", .string(";")), ("separator", .string("->"))]
    let rows = try ParseRows("key_value", options).rows(["a -> 1; b->\"x;y\" ;; c->two words ; flag", "a->\"x\" y"])
    #expect(rows[0] == #"{a:"1",b:"x;y",c:"two words",flag:true}"#)
    #expect(rows[1] == "!'line' cannot be parsed: something stands behind a closing quote, at byte 7")
  }

  @Test(arguments: [
    (#"(?<k>[a-z]+)=(?<v>\d+)"#, "a=1", #"k="a" v="1""#), (#"\(?<(?P<k>[(?<]+)>"#, "(<(?<>", #"k="(?<""#),
    (#"[](?<x>]+(?<k>a)"#, "](?<x>a", #"k="a""#), (#"\Q(?<x>\E(?<k>a)"#, "(?<x>a", #"k="a""#),
    (#"[[:alpha:](?<]+(?<k>1)"#, "a(?<1", #"k="1""#), (#"[^\]]+\](?<k>.)"#, "a]b", #"k="b""#),
  ]) func `a name of a group may stand without the P`(pattern: String, text: String, row: String) throws {
    #expect(try ParseRows("regex", [("pattern", .string(pattern))]).rows([text]) == [row])
  }

  @Test func `named groups of a pattern are fields`() throws {
    let pattern = #"(?P<verb>[A-Z]+) (\S+)(?: in (?P<ms>[0-9.]+)ms)?(?P<tail>!*)"#
    let options: [(String, ConfigValue)] = [("pattern", .string(pattern)), ("fields", ParseRows.types(("ms", "double")))]
    let rows = try ParseRows("regex", options).rows(["-- GET /x in 2.5ms!!", "PUT /y", "nothing", "GET / in 1..2ms"])
    #expect(rows[0] == #"verb="GET" ms=2.5d tail="!!""#)
    #expect(rows[1] == #"verb="PUT" tail="""#)
    #expect(rows[2] == "!'line' cannot be parsed: the pattern does not match, at byte 0")
    #expect(rows[3] == "!'ms' in 'line' is no double, at byte 9")
  }

  @Test func `fields have the types that are declared`() throws {
    let types: [(String, String)] = [
      ("i", "int"), ("d", "double"), ("b", "bool"), ("s", "string"), ("t", "time"), ("y", "binary"), ("v", "variant"),
    ]
    let fields = ConfigValue.map(types.map { .init($0.0, .string($0.1)) })
    let texts = try ParseRows("key_value", [("fields", fields)])
    #expect(
      try texts.rows([
        "i=-7 d=1e3 b=TRUE s=x t=2026-01-01T00:00:00.5+01:00 y=AQID v=z", "i= d= b= s= t= y=", "i=007", "i=7.0", "d=1e999",
        "b=yes",
        "t=today", "y=AQ", "i=9223372036854775808", "d=9007199254740993", "t=1767225600000",
      ]) == [
        #"i=-7i d=1000.0d b=true s="x" t=1767222000+500000000t y=1.2.3 v="z""#, #"s="""#, "!'i' in 'line' is no int, at byte 2",
        "!'i' in 'line' is no int, at byte 2", "!'d' in 'line' is no double, at byte 2",
        "!'b' in 'line' is no bool, at byte 2", "!'t' in 'line' is no time, at byte 2",
        "!'y' in 'line' is no binary, at byte 2", "!'i' in 'line' is no int, at byte 2",
        "!'d' in 'line' is no double, at byte 2", "t=1767225600t",
      ])
    let json = try ParseRows("json", [("fields", fields)])
    #expect(
      try json.rows([
        #"{"i":5,"d":5,"b":false,"s":"","t":1767225600000.25,"y":"","v":{"x":[1]}}"#, #"{"i":"5"}"#, #"{"d":"5"}"#, #"{"s":5}"#,
        #"{"i":null,"w":1}"#, #"{"b":"true"}"#,
      ]) == [
        "i=5i d=5.0d b=false s=\"\" t=1767225600+250000t y= v={x:[1i]}", "!'i' in 'line' is no int, at byte 5",
        "!'d' in 'line' is no double, at byte 5", "!'s' in 'line' is no string, at byte 5", "{i:null,w:1i}",
        "!'b' in 'line' is no bool, at byte 5",
      ])
  }
}
