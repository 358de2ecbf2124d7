import Expressions
import Testing

struct ParserTests {
  @Test(arguments: [
    ("1 + 2 * 3 - 4", "_-_(_+_(1, _*_(2, 3)), 4)"),
    ("(1 + 2) * 3", "_*_(_+_(1, 2), 3)"),
    ("a || b && c == d < e + f", "(a || (b && _<_(_==_(c, d), _+_(e, f))))"),
    ("a && b && c && d && e", "(((a && b) && c) && (d && e))"),
    ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
    ("!!a", "!_(!_(a))"),
    ("-a.b(c)[0]", "-_(a.b(c)[0])"),
    ("--5", "-_(-5)"),
    ("1 -5", "_-_(1, 5)"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("a in b in c", "@in(@in(a, b), c)"),
    ("a % b / c", "_/_(_%_(a, b), c)"),
    ("{'a': 1, ?'b': c, 2u: -.5e3,}", "{'a': 1, ?'b': c, 2u: -500.0}"),
    ("[1, ?a, [],]", "[1, ?a, []]"),
    ("a.?b[?c].d", "a.?b[?c].d"),
    (".a.b(.c(1))", ".a.b(.c(1))"),
    ("x.y.Z{a: 1, `b c`: 2}.a", "x.y.Z{a: 1, b c: 2}.a"),
    ("a.`content-type`", "a.content-type"),
    ("a.for", "a.for"),
    ("a// a note\n+ b // the end", "_+_(a, b)"),
  ])
  func `operators bind as the grammar says`(text: String, tree: String) throws {
    #expect(describe(try Syntax.parse(text)) == tree)
  }

  @Test(arguments: [
    ("has(a.b)", "has(a.b)"),
    ("has(a)", "present(a)"),
    ("a.all(x, x)", "a.all(x; x; -)"),
    ("a.exists(x, y, z)", "a.exists(x, y; z; -)"),
    ("a.exists_one(x, z)", "a.existsOne(x; z; -)"),
    ("a.existsOne(x, y, z)", "a.existsOne(x, y; z; -)"),
    ("a.filter(x, y)", "a.list(x; y; x)"),
    ("a.map(x, y)", "a.list(x; -; y)"),
    ("a.map(x, y, z)", "a.list(x; y; z)"),
    ("a.transformList(i, x, y)", "a.list(i, x; -; y)"),
    ("a.transformMap(k, v, y, z)", "a.mapValues(k, v; y; z)"),
    ("a.transformMapEntry(k, v, {v: k})", "a.mapEntries(k, v; -; {v: k})"),
    ("cel.bind(x, 1, x + x)", "bind(x, 1, _+_(x, x))"),
    ("cel.block([1, cel.index(0)], cel.index(1))", "block([1, @0], @1)"),
    ("[1].map(cel.iterVar(0, 0), cel.iterVar(0, 0))", "[1].list(@it:0:0; -; @it:0:0)"),
    ("a.optMap(x, x)", "a.optMap(x, x)"),
    ("a.optFlatMap(x, x.?y)", "a.optFlatMap(x, x.?y)"),
    // With other numbers of arguments they are functions like any.
    ("a.all(x)", "a.all(x)"),
    ("a.map(w, x, y, z)", "a.map(w, x, y, z)"),
    ("all(x, y)", "all(x, y)"),
    ("has(a, b)", "has(a, b)"),
    ("a.filter(x, y, z)", "a.filter(x, y, z)"),
  ])
  func `macros are expanded where their arguments have the right number`(text: String, tree: String) throws {
    #expect(describe(try Syntax.parse(text)) == tree)
  }

  @Test(arguments: [
    (#""a\"b\\\n""#, "'a\"b\\\n'"),
    (#"'\x41\X42\u0043\U00000044\105\377'"#, "'ABCDE\u{ff}'"),
    (#"'\a\b\f\n\r\t\v\?\'\"\`'"#, "'\u{7}\u{8}\u{c}\n\r\t\u{b}?'\"`'"),
    (#"'\ud83d\ude00'"#, "'\u{1f600}'"),
    (#"r'\n\'"#, #"'\n\'"#),
    ("'''a'b''\"\nc'''", "'a'b''\"\nc'"),
    (#"b'\xff\377ü'"#, "b[255, 255, 195, 188]"),
    (#"bR"\x""#, "b[92, 120]"),
    ("0x7fffffffffffffff", "9223372036854775807"),
    ("0xFFFFFFFFFFFFFFFFu", "18446744073709551615u"),
    ("1e3", "1000.0"),
    ("0.25E-1", "0.025"),
  ])
  func `literals have every form of the specification`(text: String, tree: String) throws {
    #expect(describe(try Syntax.parse(text)) == tree)
  }

  @Test(arguments: [
    "", "  ", "1 +", "a b", "a.", "a[", "(a", "a)", "[1", "{1}", "{1: 2", "f(1,)", "f(,)", "a ? b", "a ? b ? c : d : e", "+1",
    "1 = 2",
    "a & b", "a | b", "'a", "'a\"", "'''a''", "'a\nb'", "'\\q'", "'\\ud83d'", "'\\U00110000'", "'\\400'", "b'\\u0041'", "rb'a'",
    "0x",
    "9223372036854775808", "-9223372036854775809", "18446744073709551616u", "1e999", "5s", "1_000", "1.", "a.true", "a.in",
    "for", "if(a)",
    "`a`", "a.`b", "a.``", "a.`b$`", "a.`b`()", "#", "é", "\u{0}", "1.all(x.y, true)", "a.map(1, x)", "a.exists(x, x, true)",
    "cel.bind(a.b, 1, 2)", "cel.index(a)", "cel.block(a, b)", "has(1)", "has(a[0])", "has(a.?b)", "1{}", "a.?b()", "x not in y",
    "not x",
    "a and b", "a or b", "in", "a !b", ". 5", "a.all(.x, true)",
  ])
  func `what is no expression gets an error within its text`(text: String) {
    do throws(ExpressionError) {
      let syntax = try Syntax.parse(text)
      Issue.record("\(text) is \(describe(syntax))")
    } catch {
      #expect(0...error.span.end ~= error.span.start && Int(error.span.end) <= text.utf8.count, "\(error)")
      #expect(!error.message.isEmpty && !error.message.hasSuffix("."))
    }
  }

  @Test func `names alone are present in our dialect only`() throws {
    #expect(throws: ExpressionError.self) { try Syntax.parse("has(a)", options: SyntaxOptions(isStrict: true)) }
    #expect(describe(try Syntax.parse("has(a.b)", options: SyntaxOptions(isStrict: true))) == "has(a.b)")
  }

  @Test func `spans are those of the text`() throws {
    let text = "é.b + (foo(1)).c"
    #expect(throws: ExpressionError.self) { try Syntax.parse(text) }
    let syntax = try Syntax.parse("'é' + (foo(1)).c")
    guard case .call(_, _, let operands) = syntax.form else {
      Issue.record("\(syntax)")
      return
    }
    #expect(syntax.span == Span(0, 17) && operands[0].span == Span(0, 4) && operands[1].span == Span(8, 17))
  }
}
