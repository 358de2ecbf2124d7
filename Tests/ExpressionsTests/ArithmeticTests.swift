import Expressions
import Testing

struct ArithmeticTests {
  @Test func `integers that overflow are errors`() {
    expect([
      "9223372036854775807 + 1": "error: overflow",
      "-9223372036854775808 - 1": "error: overflow",
      "9223372036854775807 * 2": "error: overflow",
      "-9223372036854775808 / -1": "error: overflow",
      "-9223372036854775808 % -1": "error: overflow",
      "-(-9223372036854775808)": "error: overflow",
      "0u - 1u": "error: overflow",
      "18446744073709551615u + 1u": "error: overflow",
      "5000000000u * 5000000000u": "error: overflow",
      "9223372036854775806 + 1": "9223372036854775807",
      "18446744073709551614u + 1u": "18446744073709551615u",
    ])
  }

  @Test func `division and modulo cut off towards zero and refuse zero`() {
    expect([
      "7 / 2": "3", "-7 / 2": "-3", "7 / -2": "-3", "7 % 2": "1", "-7 % 2": "-1", "7 % -2": "1",
      "7u / 2u": "3u", "7u % 2u": "1u",
      "1 / 0": "error: divide by zero", "1u / 0u": "error: divide by zero",
      "1 % 0": "error: modulus by zero", "1u % 0u": "error: modulus by zero",
    ])
  }

  @Test func `doubles follow IEEE 754`() {
    expect([
      "1.0 / 0.0": "inf", "-1.0 / 0.0": "-inf", "0.0 / 0.0": "nan", "2.0 * 8.988466e+307": "inf",
      "0.1 + 0.2": "0.30000000000000004", "-(0.0)": "-0.0", "1e308 * 10.0 - 1e308 * 10.0": "nan",
      "5.0 % 2.0": "error: no such overload: double % double",
    ])
  }

  @Test func `operands of different types are errors but for int or uint with double in the wider dialect`() {
    expect([
      "1 + 1u": "error: no such overload: int + uint",
      "1 + 1.0": "error: no such overload", "1u * 2.0": "error: no such overload",
      "1 + '1'": "error: no such overload", "null + 1": "error: no such overload", "true - false": "error: no such overload",
      "-(1u)": "error: no such overload: -uint", "-'a'": "error: no such overload",
    ])
    expect(
      [
        "1 + 1.5": "2.5", "1.5 - 1": "0.5", "3u * 0.5": "1.5", "1 / 2.0": "0.5", "1.0 / 0": "inf",
        "9223372036854775807 + 1.0": "9.223372036854776e+18", "1 + 1u": "error: no such overload",
        "5 % 2.0": "error: no such overload", "1 / 0": "error: divide by zero",
      ], isStrict: false)
  }

  @Test func `strings, bytes and lists are put one behind the other`() {
    expect([
      "'he' + 'llo'": "'hello'", "'' + ''": "''", "b'a' + b'\\xff'": "b'a\\255'",
      "[1] + ['a']": "[1, 'a']", "[] + []": "[]", "'a' + b'a'": "error: no such overload",
    ])
  }

  @Test func `times and lengths of time stay in their ranges`() {
    expect([
      "timestamp('2009-02-13T23:31:30Z') + duration('1h30m')": "timestamp(2009-02-14T01:01:30Z)",
      "duration('1s') + timestamp('1969-12-31T23:59:59Z')": "timestamp(1970-01-01T00:00:00Z)",
      "timestamp('1970-01-01T00:00:00Z') - duration('1ns')": "timestamp(1969-12-31T23:59:59.999999999Z)",
      "timestamp('2000-03-01T00:00:00Z') - timestamp('2000-02-28T00:00:00.5Z')": "duration(172799.500s)",
      "timestamp('2000-02-28T00:00:00.5Z') - timestamp('2000-03-01T00:00:00Z')": "duration(-172799.500s)",
      "duration('0.6s') + duration('0.6s')": "duration(1.200s)", "duration('0s') - duration('0.1s')": "duration(-0.100s)",
      "timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')": "error: range",
      "timestamp('0001-01-01T00:00:00Z') - duration('1ns')": "error: range",
      "timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')": "error: range",
      "duration('200000000000s') + duration('200000000000s')": "error: range",
      "duration('-200000000000s') - duration('200000000000s')": "error: range",
      "timestamp(0) + timestamp(0)": "error: no such overload",
      "duration('1s') - timestamp(0)": "error: no such overload",
    ])
  }
}
