import Expressions
import Testing

struct ConversionTests {
  @Test func `conversions to int and uint cut off towards zero and stay in range`() {
    expect([
      "int(-7.9)": "-7", "int(9223372036854774784.0)": "9223372036854774784", "int(9223372036854775807.0)": "error: range",
      "int(-9223372036854775808.0)": "error: range", "int(-9223372036854774784.0)": "-9223372036854774784",
      "int(1e99)": "error: range",
      "int(0.0 / 0.0)": "error: range", "int(18446744073709551615u)": "error: range", "uint(-1)": "error: range",
      "uint(-0.5)": "error: range",
      "uint(-0.0)": "0u", "uint(25.9)": "25u", "uint(18446744073709551615.0)": "error: range",
      "uint(1e19)": "10000000000000000000u",
      "int(timestamp('1969-12-31T23:59:59.5Z'))": "-1", "int(duration('1s'))": "error: no such overload", "int(true)": "error",
      "int(null)": "error: no such overload: int(null)",
    ])
  }

  @Test func `texts of numbers are read as a whole or not at all`() {
    expect([
      "int('-987')": "-987", "int('+5')": "5", "int('9223372036854775808')": "error", "int('')": "error", "int(' 1')": "error",
      "int('0x1f')": "error", "int('1_000')": "error", "int('1.0')": "error", "uint('-0')": "error", "uint('300')": "300u",
      "double('6.02214e23')": "6.02214e+23", "double('-0.0')": "-0.0", "double('.5')": "0.5", "double('1.')": "1.0",
      "double('1e400')": "inf", "double('-1e400')": "-inf", "double('1e-400')": "0.0", "double('NaN')": "nan",
      "double('-infinity')": "-inf", "double('Inf')": "inf", "double('')": "error", "double(' 1')": "error",
      "double('1d')": "error",
      "double('+-1')": "error", "double('0x1p3')": "error", "double('infinit')": "error", "double('123.456')": "123.456",
    ])
  }

  @Test func `bools are read in the spellings of the specification only`() {
    expect([
      "bool('1')": "true", "bool('t')": "true", "bool('TRUE')": "true", "bool('True')": "true", "bool('0')": "false",
      "bool('False')": "false", "bool('TrUe')": "error: Type conversion error", "bool('yes')": "error",
      "bool(1)": "error: no such overload",
    ])
  }

  @Test func `doubles become the shortest text that reads back as the same`() {
    expect([
      "string(123.456)": "'123.456'", "string(-4.5e-3)": "'-0.0045'", "string(1.0)": "'1'", "string(1e5)": "'100000'",
      "string(1e6)": "'1e+06'", "string(1234567.5)": "'1.2345675e+06'", "string(0.0001)": "'0.0001'",
      "string(0.00001)": "'1e-05'",
      "string(0.1 + 0.2)": "'0.30000000000000004'", "string(-0.0)": "'-0'", "string(5e-324)": "'5e-324'",
      "string(1.7976931348623157e308)": "'1.7976931348623157e+308'", "string(0.0 / 0.0)": "'NaN'",
      "string(-1.0 / 0.0)": "'-Infinity'",
      "double(string(0.1)) == 0.1": "true", "double(string(1.0 / 0.0)) == 1.0 / 0.0": "true",
    ])
  }

  @Test func `random doubles survive the way to text and back`() {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: .min ... .max, using: &random)
    var state = seed
    for _ in 0..<2_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Double(bitPattern: state)
      let text = evaluate("[double(string(x)) == x || x != x, double('%s'.format([x])) == x || x != x]", ["x": .double(value)])
      #expect(text == "[true, true]", "seed \(seed): \(value)")
    }
  }

  @Test func `strings, bytes and other values convert where they can`() {
    expect([
      "string(true)": "'true'", "string(9876u)": "'9876'", "string(b'\\xc3\\xbf')": "'ÿ'",
      "string(b'\\x00\\xff')": "error: invalid UTF-8",
      "string(b'\\xed\\xa0\\x80')": "error: invalid UTF-8", "bytes('ÿ')": "b'\\195\\191'",
      "string(timestamp(0))": "'1970-01-01T00:00:00Z'",
      "string(duration('90m'))": "'5400s'", "string(null)": "error: no such overload", "string([])": "error: no such overload",
      "bytes(1)": "error: no such overload", "dyn([1])": "[1]", "type(1u)": "uint", "type(null)": "null_type",
      "type(type(1))": "type",
      "type(timestamp(0))": "google.protobuf.Timestamp", "type({})": "map", "type(b'')": "bytes", "type(ip('::1'))": "net.IP",
    ])
  }
}
