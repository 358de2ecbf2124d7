import Expressions
import Testing

/// Literals that a function can never take, told before anything runs where the environment asks for it.
struct LiteralCheckTests {
  private static let fields = ["name": ValueType.string, "at": .timestamp, "any": .dyn, "net": .opaque("net.CIDR", [])]

  private static func mistake(_ text: String, checksLiterals: Bool) -> ExpressionError? {
    var environment = Environment(fields)
    environment.checksLiterals = checksLiterals
    do throws(ExpressionError) {
      _ = try Expression(text, in: environment)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("name.matches('a(')", "'a('", "'a(' is no regular expression: missing ): a("),
    ("matches(name, '(?=a)')", "'(?=a)'", "is no regular expression"),
    ("name == 'x' || any.matches('[')", "'['", "is no regular expression"),
    ("at > timestamp('2026-13-01T00:00:00Z')", "'2026-13-01T00:00:00Z'", "2009-02-13T23:31:30Z is one"),
    ("at - at < duration('5 min')", "'5 min'", "1h30m and -0.5s are some"),
    ("at.getHours('Europe/Berln') > 3", "'Europe/Berln'", "is no time zone"),
    ("any.getFullYear('+25:00')", "'+25:00'", "is no time zone"),
    ("[1].all(x, x > int('one'))", "'one'", "is no int"),
    ("true ? uint(-1) : 1u", "-1", "range error"),
    ("double('1,5')", "'1,5'", "is no double"), ("bool('yes')", "'yes'", "neither true nor false"),
    ("ip('10.0.0.256') == ip(name)", "'10.0.0.256'", "parse error"), ("cidr('10.0.0.0')", "'10.0.0.0'", "parse error"),
    ("cidr(name).containsIP('10.0.0')", "'10.0.0'", "parse error"),
    ("base64.decode('a')", "'a'", "'a' is not base64"), ("string(b'\\xff')", "b'\\xff'", "UTF-8"),
    ("int('b') + int('a')", "'b'", "'b' is no int"),
  ]) func `what a function can never take is an error at its place`(text: String, place: String, hint: String) throws {
    let error = try #require(Self.mistake(text, checksLiterals: true), "\(text)")
    let found = String(decoding: Array(text.utf8)[Int(error.span.start)..<Int(error.span.end)], as: UTF8.self)
    #expect(found == place && error.message.contains(hint), "\(error.rendered(in: text))")
    #expect(Self.mistake(text, checksLiterals: false) == nil, "\(text)")
  }

  @Test(arguments: [
    "name.matches('^a.c$')", "name.matches(name)", "at.getHours('Europe/Berlin') + at.getHours('+02:00')", "int(name)",
    "timestamp('2026-01-01T00:00:00Z') < at", "isIP('10.0.0.256')", "cidr(name).containsIP(ip('::1'))", "1 / 0 > 1 || true",
    "[1][2]", "name.contains('(')", "math.sqrt(-1.0)",
  ]) func `what a function takes is no error`(text: String) {
    #expect(Self.mistake(text, checksLiterals: true) == nil, "\(text)")
  }
}
