import Expressions
import Testing

struct CheckerTests {
  static let fields = Environment([
    "value": .double, "count": .int, "name": .string, "ok": .bool, "at": .timestamp, "tags": .list(.string),
    "labels": .map(.string, .string), "any": .dyn, "event.time": .timestamp, "event.headers": .map(.string, .string),
    "opt": .optional(.map(.string, .int)),
  ])
  static let strict: Environment = {
    var environment = fields
    environment.isStrict = true
    return environment
  }()

  @Test(arguments: [
    ("true", "bool"), ("42u", "uint"), ("b'x'", "bytes"), ("null", "null"), ("[1]", "list(int)"),
    ("{'abc': 123}", "map(string, int)"), ("['foo'][0]", "string"), ("{'abc': 123}['abc']", "int"),
    ("('foo' + 'bar').startsWith('foo')", "bool"),
    ("[[], [[]], [[[]]], [[[[]]]]]", "list(list(list(list(list(dyn)))))"),
    ("[[[[[]]]], [], [[[]]]]", "list(list(list(list(list(dyn)))))"),
    ("([].map(x,x))[0].foo", "dyn"),
    ("[optional.none(), optional.of(1)]", "list(optional(int))"),
    ("[optional.of(1), optional.none()]", "list(optional(int))"),
    ("[optional.of(1), optional.of(dyn(1))]", "list(optional(dyn))"),
    ("[optional.of(dyn(1)), optional.of(1)]", "list(optional(dyn))"),
    ("true ? optional.of(dyn(1)) : optional.of(1)", "optional(dyn)"),
    ("[optional.of(1), null][0]", "optional(int)"),
    ("[1, 'a', 2.0]", "list(dyn)"), ("[at, null]", "list(timestamp)"),
    ("tags.map(t, t.size())", "list(int)"), ("tags.filter(t, t != '')", "list(string)"),
    ("labels.map(k, k)", "list(string)"), ("labels.exists(k, v, k == v)", "bool"),
    ("tags.transformList(i, t, i)", "list(int)"), ("tags.transformMap(i, t, t)", "map(int, string)"),
    ("tags.transformMapEntry(i, t, {t: i})", "map(string, int)"),
    ("labels.a", "string"), ("labels.?a", "optional(string)"), ("labels[?'a']", "optional(string)"),
    ("opt.a", "optional(int)"), ("opt.?a.orValue(1)", "int"), ("opt.optMap(m, m.size())", "optional(int)"),
    ("opt.optFlatMap(m, m.?a)", "optional(int)"), ("cel.bind(x, [1], x + x)", "list(int)"),
    ("cel.block([1, [cel.index(0)]], cel.index(1))", "list(int)"),
    ("at - at", "duration"), ("at - duration('1s')", "timestamp"), ("any - any", "dyn"), ("any + 'a'", "string"),
    ("any + [1]", "list(dyn)"),
    ("event.time.getHours()", "int"), ("has(event.time)", "bool"), ("has(labels.a)", "bool"),
    ("math.greatest(1, 2)", "int"), ("math.greatest(1, 2.0)", "dyn"), ("math.least([1, 2])", "int"),
    ("type(1)", "type(int)"), ("type(type(1)) == type", "bool"), ("int", "type(int)"),
    ("google.protobuf.Timestamp", "type(timestamp)"), ("ip('::1').family()", "int"), ("cidr('::/8').ip()", "net.IP"),
    ("count < value", "bool"), ("dyn(1) == 1.0", "bool"), ("any.b.c[0]", "dyn"), ("[?opt.?a, 1]", "list(int)"),
    ("{?'a': opt.?a}", "map(string, int)"), ("1 in {}", "bool"), ("optional.none().or(optional.of(1)).value()", "int"),
  ])
  func `types are found as the specification has them`(text: String, type: String) throws {
    #expect("\(try Expression(text, in: Self.strict).type)" == type)
    #expect("\(try Expression(text, in: Self.fields).type)" == type)
  }

  @Test(arguments: [
    ("count + value", "double"), ("1 * 2.0", "double"), ("1u / value", "double"), ("count == value", "bool"),
    ("value in [1, 2]", "bool"), ("name == null", "bool"), ("ok ? count : value", "dyn"), ("ok ? name : null", "dyn"),
    ("any + 1", "dyn"), ("has(value)", "bool"), ("{1: 'a'}[value]", "string"),
  ])
  func `our dialect widens and the specification does not`(text: String, type: String) throws {
    #expect("\(try Expression(text, in: Self.fields).type)" == type)
    if text != "any + 1" {
      #expect(throws: ExpressionError.self) { try Expression(text, in: Self.strict) }
    }
  }

  @Test(arguments: [
    "valeu", "name + 1", "name.foo()", "!count", "ok && name", "name ? 1 : 2", "ok ? 1 : 'a'", "tags['a']", "labels[1]",
    "value.a", "value[0]", "name.all(x, true)", "tags.all(x, x)", "sizee(name)", "math.abz(1)", "[1.5: 2]", "{[]: 1}", "T{}",
    "-1u",
    "value % 2.0", "tags.exists(t, t == 1)", "cel.index(0)", "cel.block([cel.index(1)], 1)", "[?1]", "name.optMap(x, x)",
    "opt.optFlatMap(x, 1)", "tags.transformMapEntry(i, t, t)", "tags.map(x, cel.block([1], x))", "has(name.a)",
    "tags.all(x, has(x))", "has(int)", "math.greatest('a')", "math.greatest()", "name.startsWith()", "name.size(1)",
    "cel.iterVar(0, 0)", "1 in 2", "cel.block([1], 2) + cel.index(0)", "cel.block([1], cel.block([1], 1))", "tags + [1]",
    "at + at",
  ])
  func `what has no type is an error within its text`(text: String) {
    do throws(ExpressionError) {
      let expression = try Expression(text, in: Self.fields)
      Issue.record("\(text) is \(expression.type)")
    } catch {
      #expect(error.span.start < error.span.end && Int(error.span.end) <= text.utf8.count, "\(error)")
    }
  }

  @Test func `names are looked up in their container, the longest first`() throws {
    var environment = Environment(["x.y": .bool, "y": .string, "x.y.z": .int, "x": .map(.string, .map(.string, .bytes))])
    #expect(try Expression("y", in: environment).type == .string)
    #expect(try Expression("x.y", in: environment).type == .bool)
    #expect(try Expression("x.y.z", in: environment).type == .int)
    #expect(try Expression("(x).w.z", in: environment).type == .bytes)
    environment.container = "x.w"
    #expect(try Expression("y", in: environment).type == .bool)
    #expect(try Expression(".y", in: environment).type == .string)
    #expect(try Expression("y.z", in: environment).type == .int)
    #expect(try Expression("[{'z': 1}].map(y, y.z)[0]", in: environment).type == .int)
    let hidden = try Expression("[1].map(y, .y + string(y))", in: Environment(["y": .string]))
    #expect(hidden.variables.map(\.name) == ["y"] && describe(hidden.syntax).contains("_+_(.y, string(y))"))
  }

  @Test func `variables are listed in the order of their use`() throws {
    let expression = try Expression("b + a > 0 && has(c) && [1].all(d, d > b) && e.f == x", in: Environment(isGradual: true))
    #expect(expression.variables.map(\.name) == ["b", "a", "c", "e", "x"])
    #expect(expression.variables.map(\.span.start) == [0, 4, 13, 44, 51])
    #expect(expression.variables.allSatisfy { $0.type == .dyn })
  }

  @Test func `what format takes keeps its type`() {
    let error = #expect(throws: ExpressionError.self) {
      try Expression("['a', ?optional.none()].exists(v, '%s'.format([v]) == '' && v - 2.5 < 1.0)", in: Self.strict)
    }
    #expect(error?.message.hasPrefix("'v' is a string and '2.5' is a double") == true, "\(error?.message ?? "")")
  }

  @Test func `functions of a namespace lose their target and types are told from variables`() throws {
    let expression = try Expression("math.abs(1) == 1 && type(name) == string", in: Self.fields)
    #expect(describe(expression.syntax) == "(_==_(math.abs(1), 1) && _==_(type(name), string))")
    #expect(Array(expression.typeNames.values) == [.string])
    let field = try Expression("type == 'a' && string(int) != ''", in: Environment(["int": .int], isGradual: true))
    #expect(field.variables.map(\.name) == ["type", "int"])
  }

  @Test func `what is not checked has its names looked up nevertheless`() throws {
    var environment = Environment(isGradual: true)
    environment.isChecked = false
    for text in ["1 + 'a'", "f_unknown(17) || true", "'horses' && false", "[1].all(x, 7)", "42.charAt(2)", "{null: 1}[null]"] {
      _ = try Expression(text, in: environment)
    }
    environment.isGradual = false
    #expect(throws: ExpressionError.self) { try Expression("x", in: environment) }
  }

  @Test func `functions of the environment are found`() throws {
    let (t, u, v) = (ValueType.parameter("T"), ValueType.parameter("U"), ValueType.parameter("V"))
    var environment = Environment(isStrict: true)
    environment.functions["fn"] = [Overload([.string, .int], result: .string)]
    environment.functions["tuple"] = [Overload([t, u, v], result: .opaque("tuple", [t, u, v]))]
    environment.functions["sort"] = [Overload([.opaque("tuple", [t, t, t])], result: .opaque("tuple", [t, t, t]))]
    let types = [
      "fn('abc', 123)": "string", "[tuple(1, 2u, 3.0), tuple(dyn(1), dyn(2u), dyn(3.0))][0]": "tuple(dyn, dyn, dyn)",
      "sort(tuple(dyn(1), 2u, 3.0))": "tuple(dyn, dyn, dyn)", "tuple(1, 2u, 3.0) == tuple(1, dyn(2u), dyn(3.0))": "bool",
      "tuple(dyn(1), dyn(2u), 3.0) == tuple(1, 2u, 3.0)": "bool",
    ]
    for (text, type) in types { #expect("\(try Expression(text, in: environment).type)" == type, "\(text)") }
  }
}
