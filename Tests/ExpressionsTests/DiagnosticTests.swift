import Expressions
import Testing

struct DiagnosticTests {
  static let fields = Environment([
    "value": .double, "count": .int, "name": .string, "ok": .bool, "at": .timestamp, "tags": .list(.string), "u": .uint,
    "labels": .map(.string, .string), "event.time": .timestamp, "opt": .optional(.int), "gap": .duration, "quality": .string,
  ])

  @Test(arguments: [
    ("valeu > 60.0", "valeu", "did you mean 'value'?"),
    ("event.tiem > at", "event.tiem", "did you mean 'event.time'?"),
    ("time > at", "time", "did you mean 'event.time'?"),
    ("quality == good", "good", "text stands in quotes: 'good'"),
    ("True", "True", "did you mean 'true'?"),
    ("size > 1", "size", "takes its arguments in parentheses"),
    ("contains > 1", "contains", "text stands in quotes: 'contains'"),
    ("name.startWith('a')", "name.startWith('a')", "did you mean 'startsWith'?"),
    ("math.abz(1)", "math.abz(1)", "did you mean 'math.abs'?"),
    ("abs(count)", "abs(count)", "did you mean 'math.abs(…)'?"),
    ("name.toLowerCase()", "name.toLowerCase()", "write text.lowerAscii()"),
    ("max(1, 2)", "max(1, 2)", "write math.greatest(a, b)"),
    ("tags.all(x)", "tags.all(x)", "list.all(x, condition)"),
    ("contains(name, 'a')", "contains(name, 'a')", "write name.contains('a')"),
    ("count.string()", "count.string()", "write string(count)"),
    ("name.substring(1, 2, 3)", "name.substring(1, 2, 3)", "takes 1 or 2 arguments, not 3"),
    ("value.startsWith('a')", "value", "string(value) makes a string of it"),
  ])
  func `an unknown name or a wrong call says what was meant`(text: String, place: String, hint: String) {
    expect(text, place: place, hint: hint)
  }

  @Test(arguments: [
    ("name > 5", "name > 5", "'name' is a string and '5' is an int, which '>' does not compare; text stands in quotes: '5'"),
    ("value > '60'", "value > '60'", "a number stands without quotes: 60"),
    ("name == value", "name == value", "double(name) makes a number of it"),
    ("name + count", "name + count", "string(count) makes a string of it"),
    ("u + count", "u + count", "int(u) makes an int of it"),
    ("u - 1", "u - 1", "a uint is written 1u"),
    ("value % 2", "value % 2", "int(value) drops the fraction"),
    ("at > '2024-01-01T00:00:00Z'", "at > '2024-01-01T00:00:00Z'", "timestamp('2024-01-01T00:00:00Z') makes a timestamp of it"),
    ("value == 'high'", "value == 'high'", "string(value) makes a string of it"),
    ("value * 'a'", "value * 'a'", "which '*' does not multiply"),
    ("at > 'today'", "at > 'today'", "string(at) makes a string of it"),
    ("at + 5", "at + 5", "a duration is written duration('5s')"),
    ("'a' in name", "'a' in name", "name.contains('a')"),
    ("tags + 'x'", "tags + 'x'", "a single element is added as ['x']"),
    ("!count", "count", "count != 0 is one"),
    ("ok && name", "name", "name != '' is one"),
    ("ok ? 1 : 'a'", "'a'", "one is an int and the other a string"),
    ("opt + 1", "opt + 1", "opt.value()"),
    ("tags.foo", "tags.foo", "map(x, x.foo)"),
    ("name.size", "name.size", "parentheses: .size()"),
    ("labels[1]", "1", "text stands in quotes: '1'"),
    ("{1.5: 2}", "1.5", "a key of a map is a string"),
    ("int(ok)", "ok", "ok ? 1 : 0 is one"),
  ])
  func `a wrong type names both types and the way out`(text: String, place: String, hint: String) {
    expect(text, place: place, hint: hint)
  }

  @Test(arguments: [
    ("value = 3", "=", "did you mean '=='?"), ("value & ok", "&", "did you mean '&&'?"), ("ok | ok", "|", "did you mean '||'?"),
    ("ok and ok", "and", "did you mean '&&'?"), ("(ok or ok)", "or", "did you mean '||'?"),
    ("not ok", "not", "did you mean '!'?"),
    ("value <> 3", "<>", "did you mean '!='?"), ("value => 3", "=>", "did you mean '>='?"),
    ("name == 'a", "'a", "no closing '"),
    ("name == 'a\"", "'a\"", "ends with ', not with \""), ("gap > 5s", "5s", "duration('5s')"),
    ("value > 1_000", "1_000", "without _"),
    ("value > 60,0", ",", "the point of a number is '.'"), ("(value > 60", "(", "')' is missing"),
    ("a ?? b", "?", "has(a) ? a : b"),
    ("if ok", "if", "condition ? a : b"), ("name.matches(\"\\d\")", "\\d", "r'…'"), ("“a”", "“", "straight quotes"),
    ("labels?.a", ".a", "a.?b"), ("name like 'a'", "like", "text.matches(pattern)"),
  ])
  func `a slip of another language says how it is written here`(text: String, place: String, hint: String) {
    expect(text, place: place, hint: hint)
  }

  @Test func `an unknown name is told beside the fields when they are few`() {
    func message(_ fields: [String]) -> String {
      var environment = Environment(Dictionary(uniqueKeysWithValues: fields.map { ($0, ValueType.int) }))
      environment.suggestions = fields
      do throws(ExpressionError) {
        return "\(try Expression("hot == 1", in: environment).type)"
      } catch {
        return error.message
      }
    }
    #expect(
      message(["level", "zone"]) == "there is no variable 'hot'; text stands in quotes: 'hot'; the fields are level, zone")
    #expect(message((1...9).map { "field\($0)" }) == "there is no variable 'hot'; text stands in quotes: 'hot'")
    #expect(message(["hut", "zone"]) == "there is no variable 'hot'; did you mean 'hut'?")
  }

  private func expect(_ text: String, place: String, hint: String) {
    do throws(ExpressionError) {
      let expression = try Expression(text, in: Self.fields)
      Issue.record("\(text) is \(expression.type)")
    } catch {
      let found = String(decoding: Array(text.utf8)[Int(error.span.start)..<Int(error.span.end)], as: UTF8.self)
      #expect(found == place && error.message.contains(hint), "\(error.rendered(in: text))")
    }
  }

  @Test func `a caret stands under the place, whatever stands before it`() {
    func rendered(_ text: String, _ start: Int, _ end: Int) -> String {
      ExpressionError("here", at: Span(start, end)).rendered(in: text)
    }
    #expect(rendered("a + b", 4, 5) == "here\n  a + b\n      ^")
    #expect(rendered("a + bcd", 4, 7) == "here\n  a + bcd\n      ^~~")
    #expect(rendered("\ta + b", 5, 6) == "here\n      a + b\n          ^")
    #expect(rendered("'漢字é' + b", 13, 14) == "here\n  '漢字é' + b\n            ^")
    #expect(rendered("a\n+ b\n+ c", 4, 5) == "line 2: here\n  + b\n    ^")
    #expect(rendered("a\r\n+ b\r\n+ c", 10, 99) == "line 3: here\n  + c\n    ^")
    #expect(rendered("a +", 3, 3) == "here\n  a +\n     ^")
    #expect(rendered("", 0, 0) == "here\n  \n  ^")
    let long = String(repeating: "a", count: 200) + "!" + String(repeating: "b", count: 200)
    #expect(rendered(long, 200, 201).split(separator: "\n").allSatisfy { $0.count <= 110 })
    #expect(rendered(long, 200, 201).hasSuffix("\n" + String(repeating: " ", count: 63) + "^"))
  }
}
